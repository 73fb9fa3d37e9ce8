import { describe, expect, test } from "vitest";
import { Seats } from "../../../../chaos/measurement/prober/seats.ts";

describe("seats", () => {
  function seats(count: number) {
    const given: [who: string, seat: number][] = [];
    const all = new Seats(count);
    const claim = (who: string, wanted: number) => {
      const claimant = { isOpen: true };
      all.claim(wanted, claimant, (seat) => given.push([who, seat]));
      return claimant;
    };
    return { all, given, claim };
  }

  test("are given as wanted, or the next one that is free, round and round", () => {
    const { given, claim } = seats(3);
    claim("a", 1);
    claim("b", 1);
    claim("c", 7);
    expect(given).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 0],
    ]);
  });

  test("who finds none waits, first come first served, and nobody overtakes", () => {
    const { all, given, claim } = seats(1);
    claim("a", 0);
    claim("b", 0);
    claim("c", 0);
    expect(given).toEqual([["a", 0]]);
    all.release(0);
    claim("d", 0);
    all.release(0);
    all.release(0);
    expect(given.map(([who]) => who)).toEqual(["a", "b", "c", "d"]);
  });

  test("who no longer wants one is passed over", () => {
    const { all, given, claim } = seats(1);
    claim("a", 0);
    const gone = claim("b", 0);
    claim("c", 0);
    gone.isOpen = false;
    all.release(0);
    expect(given.map(([who]) => who)).toEqual(["a", "c"]);
    all.release(0);
    claim("d", 0);
    expect(given.at(-1)).toEqual(["d", 0]);
  });
});
