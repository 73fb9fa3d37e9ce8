import { killProcess } from "../chaos/faults/kill-process.ts";
import { node } from "../chaos/faults/target.ts";
import { healingOf } from "../chaos/objectives/moments.ts";
import { failedAtMostInFlight } from "../chaos/objectives/objectives.ts";
import {
  slowStartFollowsCurve,
  type SlowStartLook,
} from "../chaos/objectives/slow-start-compliance.ts";
import type { ScenarioDefinition } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { single, type SingleOptions } from "../stacks/topologies/single.ts";
import { firstToldOf } from "./backend-events.ts";
import { backendLeaves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** How long a slow start is looked at, and how finely. */
export interface SlowStartSetting {
  readonly windowMs: number;
  readonly ratePerSecond: number;
  readonly parts: number;
  readonly minimumExpected: number;
}

const CURVE = { backends: 2, aggression: 1, minimumWeight: 0.1 } as const;

/** What a process needs at most until it is checked again, and its checks until they pass. */
const RETURN_MS = 1_200;

/** A backend whose process dies and comes back under load, and what is looked at of its return. */
export function slowStartUnderLoad({ ratePerSecond, ...setting }: SlowStartSetting): {
  readonly definition: ScenarioDefinition;
  readonly look: SlowStartLook;
} {
  const { aggression, minimumWeight } = CURVE;
  const { windowMs } = setting;
  const common: SingleOptions = {
    count: CURVE.backends,
    healthCheck: HealthCheck.http({
      interval: Duration.millis(100),
      timeout: Duration.millis(100),
      fall: 2,
    }),
  };
  const { topology, ...parts } = single({
    ...common,
    slowStart: { window: Duration.millis(windowMs), aggression, minimumWeight },
  });
  const [victim] = parts.pool.nodes;
  if (victim === undefined) throw new RangeError("The pool has no backend to kill.");
  const begin = firstToldOf("backend.healthy", victim.id, healingOf());
  const look: SlowStartLook = { ...setting, backend: victim.id, curve: CURVE };
  const definition: ScenarioDefinition = {
    topology,
    load: freshLoad(parts, { ratePerSecond }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: killProcess(node(victim.id), "backend"), afterMs: 0, forMs: 600 }],
    observeMs: windowMs + RETURN_MS,
    // Whatever fails: the slow start is seen to its end.
    stableMs: windowMs + RETURN_MS,
    marks: backendLeaves,
    predictions: [],
    objectives: [slowStartFollowsCurve({ ...look, begin }), failedAtMostInFlight()],
    trials: 2,
    control: {
      without: "slow start",
      change: { topology: single(common).topology },
      mustFail: ["slow-start-share"],
    },
  };
  return { definition, look };
}
