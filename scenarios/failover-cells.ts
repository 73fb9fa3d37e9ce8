import type { FailoverCell } from "../chaos/failover/cell.ts";
import type { Fault } from "../chaos/faults/fault.ts";
import { isolateNode } from "../chaos/faults/isolate-node.ts";
import { killNode } from "../chaos/faults/kill-node.ts";
import { pauseNode } from "../chaos/faults/pause-node.ts";
import { pauseProcess } from "../chaos/faults/pause-process.ts";
import { returnNode } from "../chaos/faults/return-node.ts";
import { stopNode } from "../chaos/faults/stop-node.ts";
import { addressOwner, node } from "../chaos/faults/target.ts";
import type { PredictedWindow } from "../chaos/measurement/predicted-window.ts";
import { vrrpHandover, vrrpTakeoverAtPhase } from "../chaos/measurement/windows/vrrp.ts";
import {
  eventsAtLeast,
  eventsAtMost,
  failedAtMost,
  noFailureAfterRecovery,
  outageWithin,
} from "../chaos/objectives/objectives.ts";
import type { Objective, Scenario } from "../chaos/scenario.ts";
import { Duration } from "../stacks/constructs/duration.ts";
import { activePassive, type ActivePassive } from "../stacks/topologies/active-passive.ts";
import { addressMoves } from "./failover-events.ts";
import { advertsAsHeartbeat, takeoverIn } from "./floating-address.ts";
import { freshLoad } from "./fresh-load.ts";

/** What decides how soon the address moves. */
export interface FailoverTimers {
  readonly advertIntervalMs: number;
  /** Of the two balancers, 1 to 254. */
  readonly priorities: readonly [number, number];
}

/** Beyond theory and resolution: keepalived's own time to act, and the answer's way back. */
const SLACK_MS = 20;
/** A skew that the probes can measure. Below, a handover is judged by what it loses. */
const MEASURABLE_SKEW_MS = 50;
const GRACE_MS = 5_000;

/** Ids of all cells, in the order of the report. */
export const FAILOVER_CELL_IDS = [
  "kill",
  "silent-kill",
  "stop",
  "pause",
  "isolate",
  "hung-service",
  "failback",
] as const;
/** The id of one of them. */
export type FailoverCellId = (typeof FAILOVER_CELL_IDS)[number];

/**
 * The ways in which the balancer that serves is lost or comes back, each on an active-passive topology
 * with these timers.
 *
 * @throws InvalidDocument when the topology cannot have them
 */
export function failoverCells(
  timers: FailoverTimers,
  ids: readonly FailoverCellId[],
): readonly FailoverCell[] {
  return ids.map((id) => CELLS[id](timers));
}

const CELLS: Readonly<Record<FailoverCellId, (timers: FailoverTimers) => FailoverCell>> = {
  kill: (timers) =>
    takeover(timers, {
      id: "kill",
      title: "kill",
      explanation:
        "Every process of the balancer's node dies at once; its kernel still closes what is open. Its peer hears no more adverts and takes the address.",
      fault: killNode(addressOwner, { silent: false }),
    }),
  "silent-kill": (timers) =>
    takeover(timers, {
      id: "silent-kill",
      title: "silent kill",
      explanation:
        "As when power fails: the link goes first, and nobody hears a reset or a refusal. Its peer hears no more adverts and takes the address.",
      fault: killNode(addressOwner, { silent: true }),
    }),
  stop: plannedStop,
  pause: (timers) =>
    takeover(timers, {
      id: "pause",
      title: "pause",
      explanation:
        "All of the node is frozen, as by a hypervisor that gives it no time. Its kernel goes on accepting connections that nothing answers, and still answers for the address; its peer hears no more adverts and takes it.",
      fault: pauseNode(addressOwner),
      // Connections may still find the frozen node later: it answers for the address as well.
      further: [],
    }),
  isolate: (timers) =>
    takeover(timers, {
      id: "isolate",
      title: "isolation",
      explanation:
        "The node is cut off from the network while all of it runs on, and holds the address for itself. Its peer hears no more adverts and takes the address where the clients are.",
      fault: isolateNode(addressOwner),
    }),
  "hung-service": hungService,
  failback,
};

function takeover(
  timers: FailoverTimers,
  what: Pick<FailoverCell, "id" | "title" | "explanation"> & {
    readonly fault: Fault;
    /** @default no failure after the recovery */
    readonly further?: readonly Objective[];
  },
): FailoverCell {
  const pair = pairOf(timers);
  const window = takeoverIn(pair.topology);
  const { id, title, explanation, fault, further = [noFailureAfterRecovery()] } = what;
  return {
    id,
    title,
    explanation,
    predicted: {
      outage: window,
      marks: {
        impact: nextProbe(pair),
        detected: window,
        elected: window,
        moved: window,
        recovered: window,
      },
      without: "",
    },
    scenario: {
      ...common(pair, timers),
      sentence: `After a ${title} of the active balancer, its peer takes the floating address within the VRRP window.`,
      faults: [{ fault, afterMs: 0 }],
      heartbeat: advertsAsHeartbeat(pair.topology),
      predictions: [window],
      objectives: [
        outageWithin({
          window,
          // Either may be the owner; the window depends on who takes over.
          windowOf: ({ hurt }) => takeoverIn(pair.topology, hurt.owner),
          slackMs: SLACK_MS,
        }),
        ...further,
      ],
      control: withoutKeepalived("outage"),
    },
  };
}

function plannedStop(timers: FailoverTimers): FailoverCell {
  const pair = pairOf(timers);
  const handover = handoverIn(pair, timers);
  const outage: PredictedWindow = {
    ...handover,
    floorMs: 0,
    meanMs: handover.ceilingMs / 2,
    because: `at most ${handover.because}; nothing where no request comes meanwhile`,
  };
  const objective =
    handover.ceilingMs < MEASURABLE_SKEW_MS
      ? failedAtMost(0)
      : outageWithin({ window: outage, slackMs: SLACK_MS });
  return {
    id: "stop",
    title: "planned stop",
    explanation:
      "The node is asked to stop. It gives the address away with an advert of priority 0 before it ends, so its peer waits only its skew, and what is open is finished.",
    predicted: {
      outage,
      marks: { detected: handover, elected: handover, moved: handover, recovered: outage },
      without: "nothing should fail",
    },
    scenario: {
      ...common(pair, timers),
      sentence: "When the active balancer is stopped as planned, it hands the address over first.",
      faults: [{ fault: stopNode(addressOwner, { graceMs: GRACE_MS }), afterMs: 0 }],
      predictions: [outage],
      objectives: [objective],
      control: withoutKeepalived(objective.id),
    },
  };
}

function hungService(timers: FailoverTimers): FailoverCell {
  const pair = pairOf(timers);
  const moves = eventsAtMost({
    id: "address-stays",
    title: "times that the peer became master",
    type: "vrrp.master",
    atMost: 0,
    matches: (event, { hurt }) => event.node !== hurt.owner,
  });
  return {
    id: "hung-service",
    title: "hung service",
    explanation:
      "Only the balancer's process is frozen. Its port still accepts, and keepalived beside it goes on sending adverts: VRRP alone does not see this, and nothing fails over. Only a check of the service itself would; this pair has none, so the outage lasts as long as the hang.",
    predicted: {
      outage: null,
      marks: { impact: nextProbe(pair) },
      without: "none: VRRP alone does not see it",
    },
    scenario: {
      ...common(pair, timers),
      sentence: "When only the service hangs, VRRP alone does not see it, and the address stays.",
      faults: [{ fault: pauseProcess(addressOwner, "balancer"), afterMs: 0 }],
      predictions: [],
      objectives: [moves],
      control: {
        without: "keepalived that lives",
        change: { faults: [{ fault: pauseNode(addressOwner), afterMs: 0 }] },
        mustFail: ["address-stays"],
      },
    },
  };
}

function failback(timers: FailoverTimers): FailoverCell {
  const pair = pairOf(timers, true);
  const preferred = pair.topology.virtualAddress?.owners[0]?.node ?? pair.pair.first.id;
  const outage: PredictedWindow = {
    of: "outage",
    floorMs: 0,
    meanMs: 0,
    ceilingMs: 0,
    because: "the peer gives the address up only when it hears the better one's first advert",
    source: "RFC 9568 §6.4.3 (advert of a higher priority)",
  };
  // As if its peer had sent its last advert when it began to listen.
  const claim = vrrpTakeoverAtPhase(
    {
      advertIntervalMs: timers.advertIntervalMs,
      backupPriority: Math.max(...timers.priorities),
    },
    0,
  );
  return {
    id: "failback",
    title: "failback",
    explanation:
      "The balancer of the higher priority was dead and comes back, and the pair preempts: it takes the address back from a peer that serves well, after it has heard nobody better for as long as a takeover takes. This second move is often forgotten. Times count from its being ready.",
    predicted: {
      outage,
      marks: { detected: claim, elected: claim, moved: claim },
      without: "nothing should fail",
    },
    scenario: {
      ...common(pair, timers),
      sentence: "When the preferred balancer returns and takes the address back, no request fails.",
      faults: [
        {
          fault: returnNode(node(preferred), { takeoverMs: 10_000 + 10 * timers.advertIntervalMs }),
          afterMs: 0,
        },
      ],
      predictions: [],
      objectives: [
        failedAtMost(0),
        // Without it, that nothing failed would prove nothing.
        eventsAtLeast({
          id: "address-returned",
          title: "times that the returned balancer took the address back",
          type: "vrrp.master",
          atLeast: 1,
          matches: (event) => event.node === preferred,
        }),
      ],
      control: withoutKeepalived("address-returned"),
    },
  };
}

function pairOf(timers: FailoverTimers, preempt = false): ActivePassive {
  return activePassive({
    advertInterval: Duration.millis(timers.advertIntervalMs),
    priorities: timers.priorities,
    preempt,
  });
}

/** What all cells share: load, steady state, and how long is observed. */
function common(
  { topology, ...parts }: ActivePassive,
  { advertIntervalMs }: FailoverTimers,
): Pick<
  Scenario,
  "topology" | "load" | "steadyState" | "observeMs" | "stableMs" | "marks" | "trials"
> {
  return {
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 300, deadlineMs: 10_000 + 10 * advertIntervalMs },
    observeMs: 1_700 + 4 * advertIntervalMs,
    stableMs: 300,
    marks: addressMoves,
    trials: 10,
  };
}

/** The first probe that is meant to start after the fault. */
function nextProbe(parts: ActivePassive): PredictedWindow {
  const intervalMs = 1_000 / freshLoad(parts).ratePerSecond;
  return {
    of: "impact",
    floorMs: 0,
    meanMs: intervalMs / 2,
    ceilingMs: intervalMs,
    because: `the next probe: one every ${intervalMs} ms`,
    source: "the load",
  };
}

function handoverIn({ topology }: ActivePassive, timers: FailoverTimers): PredictedWindow {
  const [, backup] = topology.virtualAddress?.owners ?? [];
  return vrrpHandover({
    advertIntervalMs: timers.advertIntervalMs,
    backupPriority: backup?.priority ?? Math.min(...timers.priorities),
  });
}

function withoutKeepalived(mustFail: string): Scenario["control"] {
  return {
    without: "keepalived",
    change: { topology: activePassive({ failover: "none" }).topology },
    mustFail: [mustFail],
  };
}
