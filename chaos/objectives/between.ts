import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { Measured } from "../report/record.ts";
import type { Bound, Objective, TrialData } from "../scenario.ts";
import { nearestRank } from "../statistics/quantile.ts";
import { buildObjective } from "./build-objective.ts";
import { fewerThan, requestsFor, type Enough } from "./enough-requests.ts";
import { hurtBy, hurtNodes } from "./hurt-nodes.ts";
import { failedSinceFault } from "./measures.ts";
import { theEnd, type TrialMoment } from "./moments.ts";
import { beganBetween, latencyMs, requestsBetween, type Between } from "./requests-between.ts";

/** Objectives of what lies between two moments of a trial. Each is judged in every trial. */

/** What every one of them says of itself. */
interface Named {
  readonly id: string;
  readonly title: string;
}

/**
 * The time between two moments lies within what theory allows. When the second never came, it is at
 * least the time that was observed after the first.
 */
export function timeWithin(
  options: Named &
    Required<Pick<Between, "from" | "to">> & {
      readonly window: PredictedWindow;
      readonly slackMs?: number;
    },
): Objective {
  const { from, to, window, slackMs = 0 } = options;
  return inEveryTrial(options, "ms", { kind: "predicted", window, slackMs }, (data) => {
    const begin = from.find(data);
    if (begin.atNs === null) return { value: null, reason: begin.reason };
    const end = to.find(data);
    if (end.atNs !== null) return { value: Number(end.atNs - begin.atNs) / 1e6 };
    const last = theEnd.find(data);
    const atLeast = last.atNs === null ? 0 : Number(last.atNs - begin.atNs) / 1e6;
    return { value: null, reason: end.reason, atLeast };
  });
}

/**
 * At most so many requests fail that began between two moments. Without the first moment every failure
 * of the main load since the fault counts, for at least those there were.
 */
export function failedAtMostBetween(
  options: Named & Between & { readonly atMost: number },
): Objective {
  const bound = { kind: "at-most", value: options.atMost } as const;
  return inEveryTrial(options, "count", bound, (data) => {
    const began = beganBetween(options, data);
    if (began.reason !== undefined) {
      const { reason } = began;
      if (options.of !== undefined) return { value: null, reason };
      const { failedDuring, failedAfter } = data.trial.probes;
      return { value: null, reason, atLeast: failedDuring + failedAfter };
    }
    if (began.probes.length === 0) return { value: null, reason: "no request began then" };
    return { value: began.probes.filter(({ outcome }) => outcome !== "ok").length };
  });
}

/**
 * At most as many requests fail as were open at a moment, and could have been on a node that had been hurt
 * by then, and so many more: what a decision that counts failures may cost.
 */
export function failedAtMostOpenAt(options: {
  readonly moment: TrialMoment;
  readonly plus: number;
}): Objective {
  const { moment, plus } = options;
  const bound: Bound = {
    kind: "at-most-measure",
    title: `requests in flight on the hurt node at ${moment.title}, and ${plus} more`,
    measure: (data) => {
      const found = moment.find(data);
      if (found.atNs === null) return { value: null, reason: found.reason };
      return { value: openOn(hurtBy(data, found.atNs), data, found.atNs) + plus };
    },
  };
  const named = { id: "failed-requests", title: "failed requests" };
  return inEveryTrial(named, "count", bound, failedSinceFault);
}

/** At least so many requests were open on a backend at a moment: there was something to lose. */
export function openAtLeastAt(options: {
  readonly moment: TrialMoment;
  readonly backend: string;
  readonly atLeast: number;
}): Objective {
  const { moment, backend, atLeast } = options;
  const title = `requests open on ${backend} at ${moment.title}`;
  const bound = { kind: "at-least", value: atLeast } as const;
  return inEveryTrial({ id: "requests-open", title }, "count", bound, (data) => {
    const found = moment.find(data);
    if (found.atNs === null) return { value: null, reason: found.reason };
    return { value: openOn(new Set([backend]), data, found.atNs) };
  });
}

/** At most so many of the requests that began between two moments were answered by a backend. */
export function answeredAtMostBetween(
  options: Named & Between & { readonly backend: string; readonly atMost: number },
): Objective {
  const bound = { kind: "at-most", value: options.atMost } as const;
  return inEveryTrial(options, "count", bound, (data) => {
    const began = requestsBetween(options, data);
    if (began.reason !== undefined) return { value: null, reason: began.reason };
    return { value: began.probes.filter(({ node }) => node === options.backend).length };
  });
}

/** At most this share of the requests that began between two moments failed. */
export function failedShareAtMostBetween(
  options: Named & Between & Enough & { readonly atMost: number },
): Objective {
  const { atMost, minimumRequests = requestsFor(1 - atMost) } = options;
  const bound = { kind: "at-most", value: atMost } as const;
  return inEveryTrial(options, "ratio", bound, (data) => {
    const began = requestsBetween(options, data);
    if (began.reason !== undefined) return { value: null, reason: began.reason };
    const { probes } = began;
    const tooFew = fewerThan(minimumRequests, probes.length, "began then");
    if (tooFew !== null) return tooFew;
    return { value: probes.filter(({ outcome }) => outcome !== "ok").length / probes.length };
  });
}

/**
 * At most this share of the requests that began between two moments were answered by a hurt node and took
 * longer than a client waits for, from their intended time. Others that are late, the machine held up.
 */
export function lateByTargetAtMostBetween(
  options: Named & Between & Enough & { readonly lateMs: number; readonly atMost: number },
): Objective {
  const { atMost, lateMs, minimumRequests = requestsFor(1 - atMost) } = options;
  const bound = { kind: "at-most", value: atMost } as const;
  return inEveryTrial(options, "ratio", bound, (data) => {
    const began = requestsBetween(options, data);
    if (began.reason !== undefined) return { value: null, reason: began.reason };
    const { probes } = began;
    const tooFew = fewerThan(minimumRequests, probes.length, "began then");
    if (tooFew !== null) return tooFew;
    const hurt = hurtNodes(data);
    const late = probes.filter(
      (probe) => probe.node !== null && hurt.has(probe.node) && latencyMs(probe) > lateMs,
    );
    return { value: late.length / probes.length };
  });
}

/**
 * A quantile of how long the requests took that began between two moments and succeeded, from their
 * intended time. Of those that failed another objective has to tell.
 */
export function latencyAtMostBetween(
  options: Named & Between & Enough & { readonly quantile: number; readonly atMostMs: number },
): Objective {
  const { quantile, atMostMs, minimumRequests = requestsFor(quantile) } = options;
  const bound = { kind: "at-most", value: atMostMs } as const;
  const objective = inEveryTrial(options, "ms", bound, (data) => {
    const began = requestsBetween(options, data);
    if (began.reason !== undefined) return { value: null, reason: began.reason };
    const latencies = began.probes.filter(({ outcome }) => outcome === "ok").map(latencyMs);
    if (latencies.length === 0) return { value: null, reason: "no request succeeded then" };
    const tooFew = fewerThan(minimumRequests, latencies.length, "succeeded then");
    if (tooFew !== null) return tooFew;
    return { value: nearestRank(latencies, quantile) };
  });
  return { ...objective, quantile };
}

/** Requests that had been sent and were not answered then; those that failed may have been on any node. */
function openOn(nodes: ReadonlySet<string>, { probes }: TrialData, atNs: bigint): number {
  return probes.filter(
    ({ sentNs, completedNs, node }) =>
      BigInt(sentNs) < atNs && BigInt(completedNs) >= atNs && (node === null || nodes.has(node)),
  ).length;
}

function inEveryTrial(
  { id, title, of }: Named & { readonly of?: string },
  unit: Objective["unit"],
  bound: Bound,
  measure: (data: TrialData) => Measured,
): Objective {
  const options = { id, ...(of === undefined ? {} : { of }) };
  return buildObjective(options, { name: id, title, unit, bound, measure });
}
