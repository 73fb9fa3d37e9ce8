import { expect, test } from "vitest";
import { changedShares } from "../../../../chaos/report/html/share-lanes.ts";
import type { SeenProbe } from "../../../../chaos/report/html/trial-streams.ts";
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
  expect(gone?.[0]).toEqual({ fromMs: -1_000, toMs: -850, share: 1 / 3 });
  expect(gone?.at(-1)).toEqual({ fromMs: 1_850, toMs: 1_995, share: 0 });
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

test("what nobody answered counts for nobody, and too few answers say nothing", () => {
  const failing = probesOf((atMs, index) => (atMs > 0 ? null : inTurns(atMs, index)));
  expect(changedShares(failing)).toEqual([]);
  expect(changedShares([])).toEqual([]);
});
