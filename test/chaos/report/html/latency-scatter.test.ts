import { expect, test } from "vitest";
import { pointsPath } from "../../../../chaos/report/html/latency-scatter.ts";
import type { ProbeRow } from "../../../../chaos/report/probe-statistics.ts";
import { seededRandom } from "../../../../chaos/statistics/random.ts";
import { probe } from "../../objectives/trial-data.ts";

function row(intendedMs: number, tookMs: number): ProbeRow {
  return {
    line: 1,
    position: 0,
    intendedMs,
    completedMs: intendedMs + tookMs,
    when: "before",
    counts: true,
    onHurt: false,
    probe: { ...probe(intendedMs, intendedMs + tookMs), trial: 0 },
  };
}

const same = (value: number): number => value;
const dotsOf = (path: string): string[] => path.split("M").slice(1);

test("dots that would cover each other are drawn once", () => {
  expect(pointsPath([row(10, 20), row(10.4, 20.3), row(50, 20)], same, same, 100)).toBe(
    "M10 20h0M50 20h0",
  );
  expect(pointsPath([], same, same, 100)).toBe("");
});

test("of too many dots the rare ones stay, and it is the same ones every time", () => {
  const random = seededRandom(3);
  // Every cell of the crowd has two, the outliers have one.
  const crowd = Array.from({ length: 4_000 }, () => row(random() * 1_000, 20 + random() * 20));
  const outliers = Array.from({ length: 20 }, (_, index) => row(index * 50, 400));
  const rows = [...crowd, ...crowd, ...outliers];
  const dots = dotsOf(pointsPath(rows, same, same, 300));
  expect(dots).toHaveLength(300);
  expect(dots.filter((dot) => dot.endsWith(" 400h0"))).toHaveLength(20);
  expect(dotsOf(pointsPath(rows.toReversed(), same, same, 300)).toSorted()).toEqual(
    dots.toSorted(),
  );
});

test("what goes is spread over the whole time", () => {
  const crowd = Array.from({ length: 4_000 }, (_, index) => row(index * 2.5, 20));
  const columns = dotsOf(pointsPath(crowd, same, same, 400)).map((dot) => Number.parseFloat(dot));
  const early = columns.filter((column) => column < 5_000).length;
  expect(early).toBeGreaterThan(160);
  expect(early).toBeLessThan(240);
});
