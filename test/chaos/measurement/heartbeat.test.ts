import { expect, test } from "vitest";
import { beatsOf, phaseOf } from "../../../chaos/measurement/heartbeat.ts";
import type { Heartbeat, Hurt } from "../../../chaos/scenario.ts";
import { smallTopology } from "../environment/small-topology.ts";
import { eventOf } from "../faults/fake-deployment.ts";

const MS = 1_000_000n;
const hurt: Hurt = { topology: smallTopology(), target: "app-1", owner: "app-1", ownerMac: null };
const heartbeat: Heartbeat = {
  of: "advert",
  periodMs: 100,
  silenced: true,
  isBeat: ({ type, node }, { target }) => type === "vrrp.advert" && node !== target,
};
const beat = (atMs: number, node = "app-2") =>
  eventOf(node, "vrrp.advert", {}, BigInt(Math.round(atMs * 1e6)));
const every = (periodMs: number, count: number, fromMs = 0) =>
  Array.from({ length: count }, (_, index) => beat(fromMs + index * periodMs));

test("beats are what the heart's owner says, by time, whatever the order in which they were told", () => {
  const events = [beat(300), beat(100), eventOf("app-2", "check.end", {}, 5n), beat(200, "app-1")];
  expect(beatsOf(events, heartbeat, hurt)).toEqual([100n * MS, 300n * MS]);
});

test("the phase is from the last beat to the fault, in a period that was measured", () => {
  const events = every(104, 8);
  const seen = phaseOf(heartbeat, events, hurt, (7n * 104n + 30n) * MS, 31);
  expect(seen).toEqual({ of: "advert", periodMs: 104, wantedMs: 31, achieved: { value: 30 } });
});

test("the period is that of the beats right before the fault, not of long ago or after it", () => {
  const before = [...every(50, 20), ...every(100, 11, 1_050)];
  const after = every(20, 30, 2_200);
  const seen = phaseOf(
    { ...heartbeat, silenced: false },
    [...before, ...after],
    hurt,
    2_100n * MS,
    null,
  );
  expect(seen).toMatchObject({ periodMs: 100, achieved: { value: 50 } });
});

test.for([
  { beats: 0, reason: /fewer than two beats/ },
  { beats: 1, reason: /fewer than two beats/ },
])("with $beats beats there is a reason instead of a phase", ({ beats, reason }) => {
  const seen = phaseOf(heartbeat, every(100, beats), hurt, 5_000n * MS, 10);
  expect(seen.periodMs).toBeNull();
  expect(seen.achieved).toMatchObject({ value: null, reason: expect.stringMatching(reason) });
});

test("without a heartbeat there is a reason, and no period", () => {
  expect(phaseOf(undefined, every(100, 5), hurt, 600n * MS, null)).toEqual({
    of: null,
    periodMs: null,
    wantedMs: null,
    achieved: { value: null, reason: "no heartbeat decides this scenario" },
  });
});

test("a beat of one who should be silent makes the phase unknown", () => {
  const seen = phaseOf(heartbeat, every(100, 10), hurt, 550n * MS, 50);
  expect(seen.achieved).toMatchObject({
    value: null,
    reason: expect.stringContaining("should have been silent"),
  });
});
