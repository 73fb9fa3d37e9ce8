import type { EventType } from "../../balancer/index.ts";
import type { TimelineEvent } from "../environment/environment.ts";
import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { buildObjective, type Judging, type OfLoad } from "./build-objective.ts";
import { fewerThan, requestsFor } from "./enough-requests.ts";
import {
  countEvents,
  failedSince,
  failedSinceFault,
  inFlightOnHurt,
  momentOfMove,
  openAtMove,
  outageOf,
} from "./measures.ts";
import { earliestEffectNs } from "./moments.ts";

/**
 * Ready-made objectives. Each is judged in every trial unless its statistic says otherwise.
 */

/**
 * The outage, P6 − P1, lies within what theory allows. A trial that never recovered has an outage
 * of at least the time observed.
 */
export function outageWithin(
  options: Judging & {
    readonly window: PredictedWindow;
    readonly windowOf?: (data: TrialData) => PredictedWindow;
    /** Beyond the run's own resolution: what theory leaves out, such as the answer's own time. @default 0 */
    readonly slackMs?: number;
  },
): Objective {
  return buildObjective(options, {
    name: "outage",
    title: "outage",
    unit: "ms",
    measure: outageOf,
    bound: {
      kind: "predicted",
      window: options.window,
      ...(options.windowOf === undefined ? {} : { windowOf: options.windowOf }),
      slackMs: options.slackMs ?? 0,
    },
  });
}

/** The time from the fault to the decision that something is dead lies within what theory allows. */
export function detectionWithin(
  options: Judging & {
    readonly window: PredictedWindow;
    readonly windowOf?: (data: TrialData) => PredictedWindow;
    readonly slackMs?: number;
  },
): Objective {
  return buildObjective(options, {
    name: "detection",
    title: "detection",
    unit: "ms",
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
  });
}

/** Once the first request has succeeded again, none fails any more. */
export function noFailureAfterRecovery(options: Judging = {}): Objective {
  return buildObjective(options, {
    name: "failed-after-recovery",
    title: "failed requests after the recovery",
    unit: "count",
    measure: ({ trial }) => {
      const { recovered } = trial.marks;
      if (recovered.atMs === null && trial.probes.failedDuring > 0) {
        return { value: null, reason: recovered.reason, atLeast: trial.probes.failedDuring };
      }
      if (trial.outage.value === null) return { value: null, reason: trial.outage.reason };
      return { value: trial.probes.failedAfter };
    },
    bound: { kind: "at-most", value: 0 },
  });
}

/** At most as many requests fail as were open, when the first fault struck, on the nodes that it hurt. */
export function failedAtMostInFlight(options: Judging = {}): Objective {
  return buildObjective(options, {
    name: "failed-requests",
    title: "failed requests",
    unit: "count",
    measure: failedSinceFault,
    bound: {
      kind: "at-most-measure",
      title: "requests in flight on the hurt node at the fault",
      measure: (data) => ({ value: inFlightOnHurt(data) }),
    },
  });
}

/** A planned move of the address costs at most the requests that were open when it moved. */
export function failedAtMostInFlightAtMove(options: Judging = {}): Objective {
  return buildObjective(options, {
    name: "failed-requests",
    title: "failed requests",
    unit: "count",
    measure: failedSinceFault,
    bound: {
      kind: "at-most-measure",
      title: "requests open when the address moved",
      measure: openAtMove,
    },
  });
}

/** At least this many requests were open when the address moved: evidence that the move was put to the test. */
export function openAtMoveAtLeast(value: number, options: Judging = {}): Objective {
  return buildObjective(options, {
    name: "open-at-move",
    title: "requests open when the address moved",
    unit: "count",
    measure: openAtMove,
    bound: { kind: "at-least", value },
  });
}

/** No request fails that began after the address had moved. */
export function noFailureAfterMove(options: Judging = {}): Objective {
  return buildObjective(options, {
    name: "failed-after-move",
    title: "failed requests that began after the address had moved",
    unit: "count",
    measure: (data) => {
      const moved = momentOfMove(data);
      if ("reason" in moved) {
        return { value: null, reason: moved.reason, atLeast: data.trial.probes.failedDuring };
      }
      const began = data.probes.filter(({ sentNs }) => BigInt(sentNs) >= moved.atNs);
      if (began.length === 0) return { value: null, reason: "no probe began after the move" };
      return { value: began.filter(({ outcome }) => outcome !== "ok").length };
    },
    bound: { kind: "at-most", value: 0 },
  });
}

/** The last failure began within the time that detection may take. */
export function failuresEndWithin(
  options: Judging & { readonly window: PredictedWindow; readonly slackMs?: number },
): Objective {
  return buildObjective(options, {
    name: "failures-end",
    title: "time from the fault to the start of the last failed request",
    unit: "ms",
    measure: (data) => {
      const ended = failedSinceFault(data);
      if (ended.value === null) return ended;
      const failed = failedSince(data).map(({ intendedNs }) => BigInt(intendedNs));
      const last = failed.reduce((a, b) => (a > b ? a : b), data.injectedNs);
      return { value: Number(last - data.injectedNs) / 1e6 };
    },
    bound: {
      kind: "at-most",
      value: options.window.ceilingMs + (options.slackMs ?? 0),
    },
  });
}

/** At most this share of the requests that began before detection failed. */
export function failedShareUntilDetection(
  options: Judging & { readonly atMost: number },
): Objective {
  return buildObjective(options, {
    name: "failed-share",
    title: "share of requests before detection that failed",
    unit: "ratio",
    measure: (data) => {
      const { detected } = data.trial.marks;
      const untilNs =
        detected.atMs === null
          ? data.injectedNs + BigInt(Math.round(data.observedMs * 1e6))
          : BigInt(detected.monotonicNs);
      const earliestNs = earliestEffectNs(data);
      const during = data.probes.filter(
        ({ intendedNs, completedNs }) =>
          BigInt(completedNs) >= earliestNs && BigInt(intendedNs) < untilNs,
      );
      const least = requestsFor(1 - options.atMost);
      const tooFew = fewerThan(least, during.length, "began before detection");
      if (tooFew !== null) return tooFew;
      return { value: during.filter(({ outcome }) => outcome !== "ok").length / during.length };
    },
    bound: { kind: "at-most", value: options.atMost },
  });
}

/** No more than this many requests fail from the fault on. */
export function failedAtMost(value: number, options: OfLoad = {}): Objective {
  return buildObjective(options, {
    name: "failed-requests",
    title: "failed requests",
    unit: "count",
    measure: (data) => failedSinceFault(data, options.of),
    bound: { kind: "at-most", value },
  });
}

/** At most this many events of that kind from the fault on: `backend.unhealthy` 0 times. */
export function eventsAtMost(
  options: Judging & {
    readonly id: string;
    readonly title: string;
    readonly type: EventType;
    readonly atMost: number;
    readonly matches?: (event: TimelineEvent, data: TrialData) => boolean;
  },
): Objective {
  return buildObjective(options, {
    name: options.id,
    title: options.title,
    unit: "count",
    measure: (data) => ({ value: countEvents(data, options.type, options.matches) }),
    bound: { kind: "at-most", value: options.atMost },
  });
}

/** At least this many events of that kind from the fault on: evidence that a mechanism was at work. */
export function eventsAtLeast(
  options: Judging & {
    readonly id: string;
    readonly title: string;
    readonly type: EventType;
    readonly atLeast: number;
    readonly matches?: (event: TimelineEvent, data: TrialData) => boolean;
  },
): Objective {
  return buildObjective(options, {
    name: options.id,
    title: options.title,
    unit: "count",
    measure: (data) => ({ value: countEvents(data, options.type, options.matches) }),
    bound: { kind: "at-least", value: options.atLeast },
  });
}
