import { expect, test } from "vitest";
import type { TimelineEvent } from "../../chaos/environment/environment.ts";
import { advertsAsHeartbeat, takeoverIn } from "../../scenarios/floating-address.ts";
import { activePassive } from "../../stacks/topologies/active-passive.ts";

const { topology } = activePassive();

test("the window is that of whoever takes over", () => {
  // (256 − priority) / 256 of an advert of 100 ms, after two or three adverts.
  expect(takeoverIn(topology)).toEqual(takeoverIn(topology, "lb-a"));
  expect(takeoverIn(topology, "lb-a")).toMatchObject({ floorMs: 206.25, ceilingMs: 306.25 });
  const byTheFirst = takeoverIn(topology, "lb-b");
  expect(byTheFirst.floorMs).toBeCloseTo(200 + (6 / 256) * 100, 9);
});

test("the beat is an advert of the owner, seen by its peer", () => {
  const { isBeat, ...heartbeat } = advertsAsHeartbeat(topology);
  expect(heartbeat).toEqual({ of: "advert", periodMs: 100, silenced: true });
  const hurt = { topology, target: "lb-a", owner: "lb-a", ownerMac: null };
  const event = (type: string, node: string, priority: number) =>
    ({ type, node, data: { priority } }) as unknown as TimelineEvent;
  expect(isBeat(event("vrrp.advert", "lb-b", 250), hurt)).toBe(true);
  expect(isBeat(event("vrrp.advert", "lb-b", 240), hurt)).toBe(false);
  expect(isBeat(event("vrrp.advert", "lb-a", 250), hurt)).toBe(false);
  expect(isBeat(event("vrrp.master", "lb-b", 250), hurt)).toBe(false);
});

test("who waits for more adverts takes over later", () => {
  const { topology } = activePassive({ downTimerAdverts: 30 });
  expect(topology.virtualAddress?.vrrp.downTimerAdverts).toBe(30);
  expect(takeoverIn(topology)).toMatchObject({ floorMs: 2_906.25, ceilingMs: 3_006.25 });
});

test("without a floating address there is nothing to predict", () => {
  const fixed = activePassive({ failover: "none" }).topology;
  expect(() => takeoverIn(fixed)).toThrow("has no floating address");
});
