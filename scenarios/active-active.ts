import { killNode } from "../chaos/faults/kill-node.ts";
import { node } from "../chaos/faults/target.ts";
import { retryElsewhere } from "../chaos/measurement/windows/active-active.ts";
import {
  loadOfSurvivors,
  refusedShare,
  type RefusedShare,
} from "../chaos/measurement/windows/refused-share.ts";
import type { PredictedWindow } from "../chaos/measurement/predicted-window.ts";
import { availabilityAtLeast, latencyAtMost } from "../chaos/objectives/availability.ts";
import { failedShareAtMostBetween } from "../chaos/objectives/between.ts";
import { inFlightLossAtMost } from "../chaos/objectives/in-flight-loss.ts";
import { theEnd, type TrialMoment } from "../chaos/objectives/moments.ts";
import type { Stretch } from "../chaos/objectives/stretches.ts";
import type { EventMarks, Load, Objective, ScenarioDefinition } from "../chaos/scenario.ts";
import { activeActive, type ActiveActive } from "../stacks/topologies/active-active.ts";

/** Client connections that one balancer serves at the same time; it closes further ones at once. */
export const CONNECTIONS = 40;
/** How long a backend works on each request. */
const SERVICE_MS = 200;
/**
 * Requests per second that one balancer can carry, by Little's law: as many connections as it serves
 * over the time that each is held. A saturation run measures it: `evenkeel capacity
 * active-active-survives`.
 */
export const NODE_CAPACITY = (CONNECTIONS * 1_000) / SERVICE_MS;

/** Of its capacity, what each balancer carries before the other is lost. */
export const LOW_SHARE = 0.4;
export const HIGH_SHARE = 0.7;

const BALANCERS = 2;
const CONNECT_TIMEOUT_MS = 100;
const OBSERVE_MS = 3_000;
const STABLE_MS = 2_500;
/** The window leaves out what handshake, balancer and response take besides; on two cores a few milliseconds. */
const SLACK_MS = 20;
/** Beyond theory, of the share that fails: a connection is held a moment longer than its response takes. */
const SLACK_SHARE = 0.03;
/** Stands for no limit: the backends work on all that comes. */
const NO_LIMIT = 10_000;

/**
 * Two balancers that both serve, each up to its limit of connections. Backends are no bound: they work
 * on more than both let in.
 */
function limitedPair(connections = CONNECTIONS): ActiveActive {
  return activeActive({
    balancers: BALANCERS,
    workers: 32,
    configuration: { limits: { connections } },
  });
}

/**
 * Each balancer carries 40 % of its capacity, so that the survivor carries 80 %: only what was open on the
 * lost one fails.
 *
 * @param capacityPerSecond of one balancer; default: by Little's law
 */
export function lossSurvived(capacityPerSecond = NODE_CAPACITY): ScenarioDefinition {
  const pair = limitedPair();
  const { common, recovery } = balancerLost(pair, LOW_SHARE, capacityPerSecond);
  const openAtEach = (common.load.ratePerSecond / BALANCERS) * (SERVICE_MS / 1_000);
  return {
    ...common,
    topology: pair.topology,
    predictions: [recovery],
    objectives: [
      recoveryWithin(recovery),
      availabilityAtLeast({ id: AVAILABILITY, stretch: afterTheLoss, atLeast: 1 }),
      // A request is open a little longer than its backend works on it.
      inFlightLossAtMost({ id: IN_FLIGHT, atMost: Math.ceil(openAtEach * 1.1) + 1 }),
    ],
    trials: 5,
    control: {
      without: "retry at the other address",
      change: { load: { ...common.load, retries: 0 } },
      mustFail: [AVAILABILITY],
    },
  };
}

/**
 * Each balancer carries 70 % of its capacity, so that the survivor would have to carry 140 %: it goes on
 * at its capacity, and refuses the rest at once.
 *
 * @param capacityPerSecond of one balancer; default: by Little's law
 */
export function lossTooMuch(capacityPerSecond = NODE_CAPACITY): ScenarioDefinition {
  const pair = limitedPair();
  const { common, recovery } = balancerLost(pair, HIGH_SHARE, capacityPerSecond);
  const refused = refusedAfterLoss(HIGH_SHARE);
  return {
    ...common,
    topology: pair.topology,
    predictions: [recovery],
    objectives: [
      recoveryWithin(recovery),
      failedShareAtLeast(refused.least - SLACK_SHARE),
      failedShareAtMostBetween({
        id: "failed-share-most",
        title: FAILED_SHARE_TITLE,
        from: whileFull.from,
        atMost: refused.most + SLACK_SHARE,
      }),
      // Nobody waits in a queue that grows and grows.
      latencyAtMost({
        id: LATENCY,
        stretch: whileFull,
        quantile: 0.99,
        atMostMs: CONNECT_TIMEOUT_MS + SERVICE_MS + 50,
      }),
    ],
    trials: 5,
    control: {
      without: "the limit of connections",
      change: { topology: limitedPair(NO_LIMIT).topology },
      mustFail: [FAILED_SHARE],
    },
  };
}

/** What share of the requests the survivor refuses, by theory. */
export function refusedAfterLoss(share: number): RefusedShare {
  return refusedShare({ atOnce: CONNECTIONS, load: loadOfSurvivors(share, BALANCERS) });
}

/** Ids of objectives that figures look up. */
export const RECOVERY = "recovery";
export const AVAILABILITY = "availability";
export const IN_FLIGHT = "in-flight-loss";
export const FAILED_SHARE = "failed-share-least";
export const LATENCY = "latency";

const FAILED_SHARE_TITLE = "share of requests that failed once the survivor had all the load";

/**
 * One of the balancers falls silent; clients go to the addresses in turns, and try the other one when an
 * attempt fails.
 */
function balancerLost(
  { fleet, listener, client }: ActiveActive,
  share: number,
  capacityPerSecond: number,
) {
  const [address = "", ...otherAddresses] = fleet.addresses;
  const victim = fleet.nodes.at(-1)?.id ?? "";
  const load: Load = {
    client: client.id,
    address,
    otherAddresses,
    port: listener.port,
    path: "/",
    headers: { "x-evenkeel-service-ms": String(SERVICE_MS) },
    ratePerSecond: capacityPerSecond * share * BALANCERS,
    retries: 1,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    totalTimeoutMs: 800,
  };
  const recovery = retryElsewhere({
    balancers: BALANCERS,
    ratePerSecond: load.ratePerSecond,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    responseMs: SERVICE_MS,
    failure: "silent",
  });
  const common = {
    load,
    steadyState: { durationMs: 500, deadlineMs: 10_000 },
    faults: [{ fault: killNode(node(victim), { silent: true }), afterMs: 0 }],
    observeMs: OBSERVE_MS,
    // Far beyond the recovery: what a full survivor does takes its time to be seen.
    stableMs: STABLE_MS,
    marks: nobodyTakesOver,
  };
  return { common, recovery };
}

/** A time after the fault, wherever within its uncertainty it took effect. */
function afterTheFault(ms: number, title: string): TrialMoment {
  return {
    title,
    find: ({ trial, injectedNs }) => {
      const uncertaintyMs = trial.faults[0]?.uncertaintyMs ?? 0;
      return { atNs: injectedNs + BigInt(Math.ceil((uncertaintyMs + ms) * 1e6)) };
    },
  };
}

const afterTheLoss: Stretch = {
  id: "lost",
  title: "after the fault",
  from: afterTheFault(0, "the fault"),
  to: theEnd,
};

/** Requests that were due at the lost balancer reach the survivor too, and it had time to fill up. */
const whileFull: Stretch = {
  id: "full",
  title: "once the survivor had all the load",
  from: afterTheFault(CONNECT_TIMEOUT_MS + 2 * SERVICE_MS, "all load at the survivor"),
  to: theEnd,
};

/** The first request that was due at the lost balancer after the fault was answered by the other one in time. */
function recoveryWithin(window: PredictedWindow): Objective {
  return {
    id: RECOVERY,
    title: "from the fault to the first response of the other balancer in its stead",
    unit: "ms",
    statistic: "every trial",
    minimumSamples: 1,
    bound: { kind: "predicted", window, slackMs: SLACK_MS },
    measure: ({ probes, injectedNs, observedMs }) => {
      let firstNs: bigint | null = null;
      for (const { outcome, attempts = 1, intendedNs, completedNs } of probes) {
        if (outcome !== "ok" || attempts < 2 || BigInt(intendedNs) < injectedNs) continue;
        const endNs = BigInt(completedNs);
        if (firstNs === null || endNs < firstNs) firstNs = endNs;
      }
      if (firstNs !== null) return { value: Number(firstNs - injectedNs) / 1e6 };
      return { value: null, reason: "nothing was answered elsewhere", atLeast: observedMs };
    },
  };
}

/** The survivor does have a limit: at least this share of the requests failed. */
function failedShareAtLeast(atLeast: number): Objective {
  const atMost = failedShareAtMostBetween({
    id: FAILED_SHARE,
    title: FAILED_SHARE_TITLE,
    from: whileFull.from,
    atMost: 1,
  });
  return { ...atMost, bound: { kind: "at-least", value: atLeast } };
}

function nobodyTakesOver(): EventMarks {
  return {
    detected: { absent: "no balancer watches the other: clients notice" },
    elected: { absent: "nothing is elected: both served all along" },
    moved: { absent: "no address moves" },
  };
}
