import { fast5xx } from "../chaos/faults/misbehaviours.ts";
import { node } from "../chaos/faults/target.ts";
import { availabilityAtLeast } from "../chaos/objectives/availability.ts";
import { recoveryOvershootAtMost } from "../chaos/objectives/recovery-overshoot.ts";
import { retryAmplificationAtMost } from "../chaos/objectives/retry-amplification.ts";
import { duringTheFault } from "../chaos/objectives/stretches.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { single } from "../stacks/topologies/single.ts";
import { backendIsEjected } from "./backend-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** A client that is answered an error asks again at once, so often. */
const RETRIES = 3;
const FAILS_MS = 1_500;

const { topology, ...parts } = single({
  outlierDetection: { consecutive5xx: 5, baseEjection: Duration.millis(2 * FAILS_MS) },
});
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to fail.");

/** Clients that try again hide the failures of one backend, and make others work for it. */
export const retryStorm = scenario(
  "When a backend fails every request and clients try again at once, its ejection keeps their retries from multiplying the load.",
  {
    topology,
    load: { ...freshLoad(parts, { serviceMs: 50 }), retries: RETRIES },
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: fast5xx(node(victim.id)), afterMs: 0, forMs: FAILS_MS }],
    observeMs: 1_000,
    stableMs: 500,
    marks: backendIsEjected,
    predictions: [],
    objectives: [
      // Five failures in a row and those in flight beside them, of 300 requests. Without end each
      // request would be half another one: 1 + 1/3 + 1/9 and so on.
      retryAmplificationAtMost({ atMost: 1.15 }),
      availabilityAtLeast({ stretch: duringTheFault, atLeast: 0.99 }),
      recoveryOvershootAtMost({ atMost: 3 }),
    ],
    trials: 3,
    control: {
      without: "outlier detection",
      change: { topology: single().topology },
      mustFail: ["retry-amplification-during"],
    },
  },
);
