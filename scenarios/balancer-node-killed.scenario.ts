import { killNode } from "../chaos/faults/kill-node.ts";
import { addressOwner } from "../chaos/faults/target.ts";
import { vrrpTakeover } from "../chaos/measurement/windows/vrrp.ts";
import { noFailureAfterRecovery, outageWithin } from "../chaos/objectives/objectives.ts";
import { scenario, type Hurt } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { activePassive } from "../stacks/topologies/active-passive.ts";
import { addressMoves } from "./failover-events.ts";

const ADVERT_MS = 100;
const PRIORITIES = [250, 240] as const;
/** Beyond theory and resolution: keepalived's own time to act, and the answer's way back. */
const SLACK_MS = 20;

const options = { advertInterval: Duration.millis(ADVERT_MS), priorities: PRIORITIES };
const { topology, pair, listener, client } = activePassive(options);

/** The window by the priority of whoever takes over. */
function takeoverFrom(hurt: Hurt) {
  const backup = topology.virtualAddress?.owners.find(({ node }) => node !== hurt.owner);
  return vrrpTakeover({
    advertIntervalMs: ADVERT_MS,
    backupPriority: backup?.priority ?? PRIORITIES[1],
  });
}

/** A balancer dies as when its power fails: the floating address must be served by the other one. */
export const balancerNodeKilled = scenario(
  "When the active balancer dies silently, its peer takes the floating address within the VRRP window.",
  {
    topology,
    load: {
      client: client.id,
      address: pair.virtualIp.address,
      port: listener.port,
      path: "/",
      headers: {},
      ratePerSecond: 200,
      connectTimeoutMs: 250,
      totalTimeoutMs: 250,
    },
    steadyState: { durationMs: 300, deadlineMs: 10_000 },
    faults: [{ fault: killNode(addressOwner, { silent: true }), afterMs: 0 }],
    observeMs: 2_000,
    stableMs: 300,
    heartbeat: {
      of: "advert",
      periodMs: ADVERT_MS,
      silenced: true,
      isBeat: (event, { owner }) =>
        event.type === "vrrp.advert" &&
        event.node !== owner &&
        event.data["priority"] === priorityOf(owner),
    },
    marks: addressMoves,
    predictions: [vrrpTakeover({ advertIntervalMs: ADVERT_MS, backupPriority: PRIORITIES[1] })],
    objectives: [
      outageWithin({
        window: vrrpTakeover({ advertIntervalMs: ADVERT_MS, backupPriority: PRIORITIES[1] }),
        windowOf: ({ hurt }) => takeoverFrom(hurt),
        slackMs: SLACK_MS,
      }),
      noFailureAfterRecovery(),
    ],
    trials: 10,
    control: {
      without: "keepalived",
      change: { topology: activePassive({ ...options, failover: "none" }).topology },
      mustFail: ["outage"],
    },
  },
);

function priorityOf(owner: string | null): number | undefined {
  return topology.virtualAddress?.owners.find(({ node }) => node === owner)?.priority;
}
