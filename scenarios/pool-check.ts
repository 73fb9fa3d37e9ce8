import {
  checkDetection,
  checkReadmission,
  type CheckInterval,
  type CheckTimers,
  type ReadmissionTimers,
} from "../chaos/measurement/windows/checks.ts";
import type { PredictedWindow } from "../chaos/measurement/predicted-window.ts";
import type { Heartbeat } from "../chaos/scenario.ts";
import type { Topology } from "../stacks/topology.ts";

/** What the manifest says of how the backends of its first pool are checked. */
function checkOf({
  pools,
}: Topology): Omit<CheckTimers, "failure"> & Required<CheckInterval> & ReadmissionTimers {
  const check = pools[0]?.healthCheck;
  if (check === undefined) throw new RangeError("The topology's first pool has no health check.");
  const { intervalMs, fastIntervalMs, downIntervalMs, timeoutMs, rise, fall, jitter } = check;
  return {
    ...{ intervalMs, timeoutMs, rise, fall, jitter, scheduling: "start-to-start" },
    ...(fastIntervalMs === undefined ? {} : { fastIntervalMs }),
    ...(downIntervalMs === undefined ? {} : { downIntervalMs }),
  };
}

/**
 * When the checks of a topology find a backend that fails.
 *
 * @param failure whether it refuses at once or is silent
 */
export function detectionIn(topology: Topology, failure: CheckTimers["failure"]): PredictedWindow {
  return checkDetection({ ...checkOf(topology), failure });
}

/** When the checks of a topology take a backend back that answers again. */
export function readmissionIn(topology: Topology): PredictedWindow {
  return checkReadmission(checkOf(topology));
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
