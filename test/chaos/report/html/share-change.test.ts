import { expect, test } from "vitest";
import { changedShares } from "../../../../chaos/report/html/share-change.ts";
import type { SeenProbe } from "../../../../chaos/report/html/trial-streams.ts";
import { seededRandom } from "../../../../chaos/statistics/random.ts";
import { probe } from "../../objectives/trial-data.ts";

/** A probe every 5 ms from one second before the fault on, answered by whom a function says. */
function probesOf(nodeAt: (atMs: number, index: number) => string | null, untilMs = 2_000) {
  return Array.from({ length: (1_000 + untilMs) / 5 }, (_, index): SeenProbe => {
    const atMs = index * 5 - 1_000;
    const node = nodeAt(atMs, index);
    const seen = probe(atMs, atMs + 2, node === null ? "timeout" : "ok", node);
    const times = { intendedMs: atMs, completedMs: atMs + 2 };
    return { line: index + 1, ...times, probe: { ...seen, trial: 0 } };
  });
}

const inTurns = (_: number, index: number): string => `app-${(index % 3) + 1}`;

test("shares that stay as they were are not shown", () => {
  expect(changedShares(probesOf(inTurns))).toEqual([]);
});

test("a backend that goes, and those that take its share, are shown from before the fault on", () => {
  const changed = changedShares(
    probesOf((atMs, index) => (atMs < 0 ? inTurns(atMs, index) : `app-${(index % 2) + 2}`)),
  );
  expect(changed.map(({ backend, line }) => [backend, line])).toEqual([
    ["app-1", 1],
    ["app-2", 2],
    ["app-3", 3],
  ]);
  const [gone, other] = changed.map(({ steps }) => steps);
  expect(gone?.[0]).toEqual({ fromMs: -1_000, toMs: -850, share: 1 / 3, asBefore: true });
  expect(gone?.at(-1)).toEqual({ fromMs: 1_850, toMs: 1_995, share: 0, asBefore: false });
  expect(other?.at(-1)?.share).toBe(0.5);
});

test("one of twelve that gets nothing any more is noticed over the whole time", () => {
  const changed = changedShares(
    probesOf((atMs, index) => {
      const turn = (index % 12) + 1;
      return `app-${turn === 1 && atMs >= 0 ? 2 : turn}`;
    }, 4_000),
  );
  expect(changed.map(({ backend }) => backend)).toEqual(["app-1", "app-2"]);
});

test("three of twelve that get little after a short time before are noticed", () => {
  // As three-of-twelve-overloaded measures it: some 70 answers before, 300 after, three slowed down.
  const changed = changedShares(
    probesOf((atMs, index) => {
      if (atMs < 0) return atMs < -350 ? null : `app-${10 + (index % 12)}`;
      return `app-${index % 80 < 3 ? 10 + (index % 3) : 13 + (index % 9)}`;
    }, 1_500),
  );
  expect(changed.map(({ backend }) => backend)).toEqual(["app-10", "app-11", "app-12"]);
});

test("what nobody answered counts for nobody, and too few answers say nothing", () => {
  const failing = probesOf((atMs, index) => (atMs > 0 ? null : inTurns(atMs, index)));
  expect(changedShares(failing)).toEqual([]);
  expect(changedShares([])).toEqual([]);
});

test("chance alone makes nobody conspicuous, however short the time before the fault", () => {
  const random = seededRandom(11);
  const alarms = Array.from({ length: 150 }, (_, run) =>
    changedShares(
      probesOf(() => `app-${1 + Math.floor(random() * (2 + (run % 10)))}`),
      run % 2 === 0 ? -200 : undefined,
    ),
  ).filter((changed) => changed.length > 0);
  expect(alarms.length).toBeLessThan(3);
});

test("who came back shortly before the fault had no share before, and that is no change by the fault", () => {
  const returned = probesOf((atMs, index) =>
    atMs < -300 ? `app-${(index % 2) + 2}` : inTurns(atMs, index),
  );
  expect(changedShares(returned)).toHaveLength(3);
  expect(changedShares(returned, -300)).toEqual([]);
});

test("a long time after the fault needs no long time before it", () => {
  const changed = changedShares(
    probesOf((atMs, index) => (atMs < 0 ? inTurns(atMs, index) : "app-2"), 60_000),
    -400,
  );
  expect(changed.map(({ backend, usual }) => [backend, usual.toFixed(1)])).toEqual([
    ["app-1", "0.3"],
    ["app-2", "0.3"],
    ["app-3", "0.3"],
  ]);
});
