import { stopNode } from "../chaos/faults/stop-node.ts";
import { addressOwner } from "../chaos/faults/target.ts";
import { failedAtMostInFlightAtMove, noFailureAfterMove } from "../chaos/objectives/objectives.ts";
import { scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { addressMoves } from "./failover-events.ts";

const SERVICE_MS = 50;

const options = { advertInterval: Duration.millis(100), priorities: [250, 240] as const };
const { topology, pair, listener, client } = activePassive(options);

/** A planned stop hands the address over before it drains: nobody who comes later is turned away. */
export const balancerStopped = scenario(
  "When the active balancer is stopped as planned, only requests open while the address moves fail.",
  {
    topology,
    load: {
      client: client.id,
      address: pair.virtualIp.address,
      port: listener.port,
      path: "/",
      headers: { "x-evenkeel-service-ms": String(SERVICE_MS) },
      ratePerSecond: 200,
      connectTimeoutMs: 250,
      totalTimeoutMs: 500,
    },
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: stopNode(addressOwner, { graceMs: 5_000 }), afterMs: 0 }],
    observeMs: 1_200,
    stableMs: 400,
    marks: addressMoves,
    predictions: [],
    objectives: [failedAtMostInFlightAtMove(), noFailureAfterMove()],
    trials: 5,
    control: {
      without: "keepalived",
      change: { topology: activePassive({ ...options, failover: "none" }).topology },
      mustFail: ["failed-after-move"],
    },
  },
);
