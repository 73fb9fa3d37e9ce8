import { expect, test } from "vitest";
import { keyCountOf, keySource } from "../../../chaos/simulation/keys.ts";
import type { Model } from "../../../chaos/simulation/model.ts";
import { seededRandom } from "../../../chaos/statistics/random.ts";

const DRAWS = 200_000;

function sharesOf(keys: Model["keys"]): number[] {
  const draw = keySource(keys, seededRandom(1));
  const counts = Array.from({ length: keyCountOf(keys) }, () => 0);
  for (let drawn = 0; drawn < DRAWS; drawn += 1) {
    const key = draw();
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts.map((count) => count / DRAWS);
}

const errorOf = (share: number) => 5 * Math.sqrt((share * (1 - share)) / DRAWS);

test("uniform keys all have the same share", () => {
  const shares = sharesOf({ kind: "uniform", count: 50 });
  expect(shares).toHaveLength(50);
  for (const share of shares) expect(Math.abs(share - 0.02)).toBeLessThan(errorOf(0.02));
});

test("shares of Zipf keys fall as a power of their rank", () => {
  const shares = sharesOf({ kind: "zipf", count: 1_000, exponent: 1.1 });
  expect(shares).toHaveLength(1_000);
  const total = Array.from({ length: 1_000 }, (_, rank) => (rank + 1) ** -1.1).reduce(
    (a, b) => a + b,
  );
  for (const rank of [0, 1, 9, 99, 999]) {
    const expected = (rank + 1) ** -1.1 / total;
    expect(Math.abs((shares[rank] ?? 0) - expected)).toBeLessThan(errorOf(expected));
  }
});

test("Zipf keys of exponent 0 are uniform", () => {
  for (const share of sharesOf({ kind: "zipf", count: 20, exponent: 0 })) {
    expect(Math.abs(share - 0.05)).toBeLessThan(errorOf(0.05));
  }
});

test("a shared address has its share, and the others share the rest", () => {
  const [first = 0, ...others] = sharesOf({ kind: "shared-address", share: 0.4, others: 30 });
  expect(Math.abs(first - 0.4)).toBeLessThan(errorOf(0.4));
  expect(others).toHaveLength(30);
  for (const share of others) expect(Math.abs(share - 0.02)).toBeLessThan(errorOf(0.02));
});

test("a share of 1 leaves nothing for the others", () => {
  expect(sharesOf({ kind: "shared-address", share: 1, others: 3 })).toEqual([1, 0, 0, 0]);
});
