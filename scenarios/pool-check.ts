import {
  checkDetection,
  type CheckInterval,
  type CheckTimers,
} from "../chaos/measurement/windows/checks.ts";
import type { PredictedWindow } from "../chaos/measurement/predicted-window.ts";
import type { Heartbeat } from "../chaos/scenario.ts";
import type { Topology } from "../stacks/topology.ts";

/** What the manifest says of how the backends of its first pool are checked. */
function checkOf({ pools }: Topology): Omit<CheckTimers, "failure"> & Required<CheckInterval> {
  const check = pools[0]?.healthCheck;
  if (check === undefined) throw new RangeError("The topology's first pool has no health check.");
  const { intervalMs, timeoutMs, fall, jitter } = check;
  return { intervalMs, timeoutMs, fall, jitter, scheduling: "start-to-start" };
}

/**
 * When the checks of a topology find a backend that fails.
 *
 * @param failure whether it refuses at once or is silent
 */
export function detectionIn(topology: Topology, failure: CheckTimers["failure"]): PredictedWindow {
  return checkDetection({ ...checkOf(topology), failure });
}

/** The checks that decide when: those of the backend that is hurt, by the balancer that serves. */
export function checksAsHeartbeat(topology: Topology): Heartbeat {
  return {
    of: "check",
    periodMs: checkOf(topology).intervalMs,
    silenced: false,
    isBeat: (event, { owner, target }) =>
      event.type === "check.begin" && event.node === owner && event.data["backend"] === target,
  };
}
