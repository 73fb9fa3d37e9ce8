import { expect, test } from "vitest";
import type { TimelineEvent } from "../../chaos/environment/environment.ts";
import { checksAsHeartbeat, detectionIn, readmissionIn } from "../../scenarios/pool-check.ts";
import { HealthCheck } from "../../stacks/constructs/health-check.ts";
import { activePassive } from "../../stacks/topologies/active-passive.ts";

const { topology } = activePassive();

test("the flagship's checks find a dead backend within 540 to 990 ms, a silent one 200 ms later", () => {
  // 300 ms ± 10 %, three failures in a row, timeout 200 ms.
  expect(detectionIn(topology, "refused")).toMatchObject({ floorMs: 540, ceilingMs: 990 });
  expect(detectionIn(topology, "silent")).toMatchObject({ floorMs: 740, ceilingMs: 1190 });
});

test("and take it back after two passes in a row, within 270 to 660 ms", () => {
  expect(readmissionIn(topology)).toMatchObject({
    of: "readmission",
    floorMs: 270,
    ceilingMs: 660,
  });
});

test("the beat is a check of the backend that is hurt, by the balancer that serves", () => {
  const { isBeat, ...heartbeat } = checksAsHeartbeat(topology);
  expect(heartbeat).toEqual({ of: "check", periodMs: 300, silenced: false });
  const hurt = { topology, target: "app-2", owner: "lb-a", ownerMac: null };
  const event = (type: string, node: string, backend: string) =>
    ({ type, node, data: { backend } }) as unknown as TimelineEvent;
  expect(isBeat(event("check.begin", "lb-a", "app-2"), hurt)).toBe(true);
  expect(isBeat(event("check.end", "lb-a", "app-2"), hurt)).toBe(false);
  expect(isBeat(event("check.begin", "lb-b", "app-2"), hurt)).toBe(false);
  expect(isBeat(event("check.begin", "lb-a", "app-1"), hurt)).toBe(false);
});

test("without checks there is nothing to predict", () => {
  const unchecked = activePassive({ healthCheck: HealthCheck.none() }).topology;
  expect(() => detectionIn(unchecked, "refused")).toThrow("has no health check");
});
