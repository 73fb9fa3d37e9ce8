import type { EventType } from "../../balancer/index.ts";
import type { TimelineEvent } from "../environment/environment.ts";
import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { Measured } from "../report/record.ts";
import type { Objective, TrialData } from "../scenario.ts";

/**
 * Ready-made objectives. Each is judged in every trial unless its statistic says otherwise.
 */

/** Common to all: how many measured trials are enough to say anything. */
interface Common {
  /** @default "every trial" */
  readonly statistic?: Objective["statistic"];
  /** @default 1 */
  readonly minimumSamples?: number;
}

/**
 * The outage, P6 − P1, lies within what theory allows. A trial that never recovered has an outage
 * of at least the time observed.
 */
export function outageWithin(
  options: Common & {
    readonly window: PredictedWindow;
    readonly windowOf?: (data: TrialData) => PredictedWindow;
    /** Beyond the run's own resolution: what theory leaves out, such as the answer's own time. @default 0 */
    readonly slackMs?: number;
  },
): Objective {
  return {
    id: "outage",
    title: "outage",
    unit: "ms",
    ...common(options),
    measure: outageOf,
    bound: {
      kind: "predicted",
      window: options.window,
      ...(options.windowOf === undefined ? {} : { windowOf: options.windowOf }),
      slackMs: options.slackMs ?? 0,
    },
  };
}

/** The time from the fault to the decision that something is dead lies within what theory allows. */
export function detectionWithin(
  options: Common & {
    readonly window: PredictedWindow;
    readonly windowOf?: (data: TrialData) => PredictedWindow;
    readonly slackMs?: number;
  },
): Objective {
  return {
    id: "detection",
    title: "detection",
    unit: "ms",
    ...common(options),
    measure: ({ trial, observedMs }) => {
      const { detection } = trial.phases;
      if (detection.value !== null) return detection;
      return { ...detection, atLeast: observedMs };
    },
    bound: {
      kind: "predicted",
      window: options.window,
      ...(options.windowOf === undefined ? {} : { windowOf: options.windowOf }),
      slackMs: options.slackMs ?? 0,
    },
  };
}

/** Once the first request has succeeded again, none fails any more. */
export function noFailureAfterRecovery(options: Common = {}): Objective {
  return {
    id: "failed-after-recovery",
    title: "failed requests after the recovery",
    unit: "count",
    ...common(options),
    measure: ({ trial }) => {
      const { recovered } = trial.marks;
      if (recovered.atMs === null && trial.probes.failedDuring > 0) {
        return { value: null, reason: recovered.reason, atLeast: trial.probes.failedDuring };
      }
      return { value: trial.probes.failedAfter };
    },
    bound: { kind: "at-most", value: 0 },
  };
}

/** At most as many requests fail as were open on the hurt node when the fault struck. */
export function failedAtMostInFlight(options: Common = {}): Objective {
  return {
    id: "failed-requests",
    title: "failed requests",
    unit: "count",
    ...common(options),
    measure: failedSinceFault,
    bound: {
      kind: "at-most-measure",
      title: "requests in flight on the hurt node at the fault",
      measure: (data) => ({ value: inFlightOnTarget(data) }),
    },
  };
}

/** No more than this many requests fail from the fault on. */
export function failedAtMost(value: number, options: Common = {}): Objective {
  return {
    id: "failed-requests",
    title: "failed requests",
    unit: "count",
    ...common(options),
    measure: failedSinceFault,
    bound: { kind: "at-most", value },
  };
}

/** At most this many events of that kind from the fault on: `backend.unhealthy` 0 times. */
export function eventsAtMost(
  options: Common & {
    readonly id: string;
    readonly title: string;
    readonly type: EventType;
    readonly atMost: number;
    readonly matches?: (event: TimelineEvent, data: TrialData) => boolean;
  },
): Objective {
  return {
    id: options.id,
    title: options.title,
    unit: "count",
    ...common(options),
    measure: (data) => ({ value: countEvents(data, options.type, options.matches) }),
    bound: { kind: "at-most", value: options.atMost },
  };
}

/** At least this many events of that kind from the fault on: evidence that a mechanism was at work. */
export function eventsAtLeast(
  options: Common & {
    readonly id: string;
    readonly title: string;
    readonly type: EventType;
    readonly atLeast: number;
    readonly matches?: (event: TimelineEvent, data: TrialData) => boolean;
  },
): Objective {
  return {
    id: options.id,
    title: options.title,
    unit: "count",
    ...common(options),
    measure: (data) => ({ value: countEvents(data, options.type, options.matches) }),
    bound: { kind: "at-least", value: options.atLeast },
  };
}

function common(options: Common): Pick<Objective, "statistic" | "minimumSamples"> {
  return {
    statistic: options.statistic ?? "every trial",
    minimumSamples: options.minimumSamples ?? 1,
  };
}

function outageOf({ trial, observedMs }: TrialData): Measured {
  if (trial.outage.value !== null) return trial.outage;
  const failed = trial.probes.failedDuring > 0;
  return failed ? { ...trial.outage, atLeast: observedMs } : trial.outage;
}

function failedSinceFault({ probes, injectedNs }: TrialData): Measured {
  const ended = probes.filter((probe) => BigInt(probe.completedNs) >= injectedNs);
  if (ended.length === 0) return { value: null, reason: "no probe ended after the fault" };
  return { value: ended.filter((probe) => probe.outcome !== "ok").length };
}

/**
 * Requests that had been sent and were not answered at the fault, and could have been on the hurt
 * node: those that failed (their node is unknown) and those that it answered. A dying process takes requests
 * until the kernel has closed its sockets, which is what the uncertainty of P1 spans.
 */
function inFlightOnTarget({ trial, probes, injectedNs, hurt }: TrialData): number {
  // Somewhere within the uncertainty of P1 the process stopped to serve.
  const uncertaintyNs = BigInt(Math.ceil((trial.faults[0]?.uncertaintyMs ?? 0) * 1e6));
  return probes.filter(
    (probe) =>
      BigInt(probe.sentNs) < injectedNs + uncertaintyNs &&
      BigInt(probe.completedNs) >= injectedNs - uncertaintyNs &&
      (probe.node === hurt.target || probe.node === null),
  ).length;
}

function countEvents(
  data: TrialData,
  type: EventType,
  matches: ((event: TimelineEvent, data: TrialData) => boolean) | undefined,
): number {
  return data.events.filter(
    (event) =>
      event.type === type &&
      BigInt(event.monotonicNs) >= data.injectedNs &&
      matches?.(event, data) !== false,
  ).length;
}
