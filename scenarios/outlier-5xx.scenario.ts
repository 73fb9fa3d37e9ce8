import { fast5xx } from "../chaos/faults/misbehaviours.ts";
import { node } from "../chaos/faults/target.ts";
import {
  failedAtMostBetween,
  failedAtMostOpenAt,
  timeWithin,
} from "../chaos/objectives/between.ts";
import { eventsAtMost } from "../chaos/objectives/objectives.ts";
import { ejectionTime } from "../chaos/measurement/windows/outliers.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import { single, type SingleOptions } from "../stacks/topologies/single.ts";
import { backendIsEjected, firstToldOf } from "./backend-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** The timer of the balancer, on a machine that does other things as well. */
const SLACK_MS = 30;
const IN_A_ROW = 5;
/** The usual 30 s, at a thirtieth. */
const BASE_MS = 1_000;

const common: SingleOptions = {
  healthCheck: HealthCheck.http({
    interval: Duration.millis(200),
    timeout: Duration.millis(200),
  }),
};
const { topology, ...parts } = single({
  ...common,
  outlierDetection: { consecutive5xx: IN_A_ROW, baseEjection: Duration.millis(BASE_MS) },
});
const [victim] = parts.pool.nodes;
if (victim === undefined) throw new RangeError("The pool has no backend to fail.");

const ejected = firstToldOf("backend.ejected");
const readmission = ejectionTime({ baseMs: BASE_MS, maximumMs: BASE_MS * 10 });

/** The fastest server of all is one that answers 500: its checks are green, and only traffic tells. */
export const outlier5xx = scenario(
  "When a backend fails every request at once, five failures eject it, and after its time it is back.",
  {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: fast5xx(node(victim.id)), afterMs: 0, forMs: 600 }],
    observeMs: 2_000,
    stableMs: 900,
    marks: backendIsEjected,
    predictions: [readmission],
    objectives: [
      failedAtMostOpenAt({ moment: ejected, plus: IN_A_ROW }),
      failedAtMostBetween({
        id: "failed-after-ejection",
        title: "failed requests that began after the ejection",
        from: ejected,
        atMost: 0,
      }),
      timeWithin({
        id: "readmission",
        title: "from ejection to readmission",
        from: ejected,
        to: firstToldOf("backend.readmitted", victim.id, ejected),
        window: readmission,
        slackMs: SLACK_MS,
      }),
      eventsAtMost({
        id: "others-ejected",
        title: "other backends ejected",
        type: "backend.ejected",
        atMost: 0,
        matches: (event, { hurt }) => event.data["backend"] !== hurt.target,
      }),
      eventsAtMost({
        id: "found-unhealthy",
        title: "backends found unhealthy by their checks",
        type: "backend.unhealthy",
        atMost: 0,
      }),
    ],
    trials: 2,
    control: {
      without: "outlier detection",
      change: { topology: single(common).topology },
      mustFail: ["failed-after-ejection"],
    },
  },
);
