import { stallLink } from "../chaos/faults/stall-link.ts";
import { failedAtMostBetween } from "../chaos/objectives/between.ts";
import { healingOf } from "../chaos/objectives/moments.ts";
import { eventsAtLeast, eventsAtMost } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { HealthCheck } from "../stacks/constructs/health-check.ts";
import type { OutlierDetectionProps } from "../stacks/constructs/outlier-detection.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { nothingMoves } from "./failover-events.ts";
import { freshLoad } from "./fresh-load.ts";

/** How long a backend waits for the session store before it answers 503. */
const STORE_DEADLINE_MS = 1_000;
/** Requests that wait for the store when it answers again still get their 503. */
const STALLED_MS = 2_300;

/** Checks leave the store alone: only live traffic sees that it stalls. */
const withDetection = (outlierDetection: OutlierDetectionProps) =>
  activePassive({
    healthCheck: HealthCheck.http(),
    // Each request holds a worker while its backend waits for the store.
    workers: 128,
    outlierDetection,
  });
const { topology, ...parts } = withDetection({});
const link = parts.pool.sessionFaults;
if (link === undefined) throw new RangeError("The session store has no fault point.");

/** Whoever judges each backend alone ejects them all for what their store does. */
export const sharedDependency5xx = scenario(
  "When all backends answer 503 because their session store stalls, none of them is ejected.",
  {
    topology,
    load: freshLoad(parts, {
      path: "/session",
      headers: { cookie: "evenkeel-session=3f8a5b0e-6c1d-4e2f-9a7b-0c1d2e3f4a5b" },
      ratePerSecond: 100,
      totalTimeoutMs: STORE_DEADLINE_MS * 1.8,
    }),
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: stallLink(link.id, { send: "PING\r\n" }), afterMs: 0, forMs: STALLED_MS }],
    observeMs: 1_500,
    stableMs: 500,
    marks: nothingMoves,
    predictions: [],
    objectives: [
      eventsAtMost({
        id: "backends-ejected",
        title: "backends ejected by live traffic",
        type: "backend.ejected",
        atMost: 0,
      }),
      eventsAtLeast({
        id: "backends-spared",
        title: "backends spared because all fail alike",
        type: "backend.spared",
        atLeast: 1,
        matches: ({ data }) => data["reason"] === "shared-failure",
      }),
      failedAtMostBetween({
        id: "failed-after-healing",
        title: "failed requests that began after the store answered again",
        from: healingOf(),
        atMost: 0,
      }),
    ],
    trials: 2,
    control: {
      without: "a look at the others",
      change: {
        topology: withDetection({
          spareSharedFailures: false,
          maximumEjectedShare: 1,
          ejectLast: true,
        }).topology,
      },
      mustFail: ["backends-ejected", "failed-after-healing"],
    },
  },
);
