import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { timeHeldBy } from "./address-holding.ts";
import { buildObjective, type Judging } from "./build-objective.ts";

/** How long two balancers hold the floating address at once, how long none does, and who answers then. */

interface Named extends Judging {
  readonly id?: string;
}

/** The time in which two balancers or more hold the address lies within what theory allows. */
export function splitBrainWithin(
  options: Named & {
    readonly window: PredictedWindow;
    /** The window of one trial, where that is known better, such as by who was master. */
    readonly windowOf?: (data: TrialData) => PredictedWindow;
    /** Beyond the run's own resolution. @default 0 */
    readonly slackMs?: number;
  },
): Objective {
  const { window, windowOf, slackMs = 0 } = options;
  const perTrial = windowOf === undefined ? {} : { windowOf };
  return splitBrain(options, { kind: "predicted", window, ...perTrial, slackMs });
}

/** Two balancers hold the address for at most so long, over the whole trial. */
export function splitBrainAtMost(options: Named & { readonly atMostMs: number }): Objective {
  return splitBrain(options, { kind: "at-most", value: options.atMostMs });
}

function splitBrain(options: Named, bound: Objective["bound"]): Objective {
  return buildObjective(options, {
    name: "split-brain",
    title: "time in which two balancers held the floating address",
    unit: "ms",
    bound,
    measure: (data) => {
      const { value, reason } = timeHeldBy(data, ({ size }) => size > 1);
      return value === null ? { value, reason } : { value };
    },
  });
}

/** No balancer that lives and is connected holds the address for at most so long, over the whole trial. */
export function noMasterAtMost(options: Named & { readonly atMostMs: number }): Objective {
  return buildObjective(options, {
    name: "no-master",
    title: "time in which no balancer held the floating address",
    unit: "ms",
    bound: { kind: "at-most", value: options.atMostMs },
    measure: (data) => {
      const { value, reason } = timeHeldBy(data, ({ size }) => size === 0);
      return value === null ? { value, reason } : { value };
    },
  });
}

/**
 * While two balancers hold the address, at most so many requests are answered by another one than the one
 * that answers most of them then: clients that see both.
 */
export function answeredByTwoAtMost(options: Named & { readonly atMost: number }): Objective {
  return buildObjective(options, {
    name: "answered-by-two",
    title: "requests that a second holder of the floating address answered",
    unit: "count",
    bound: { kind: "at-most", value: options.atMost },
    measure: (data) => {
      const split = timeHeldBy(data, ({ size }) => size > 1);
      if (split.value === null) return { value: null, reason: split.reason };
      const answers = data.probes.filter(({ balancer }) => balancer !== null);
      if (answers.length === 0) return { value: null, reason: "no answer names its balancer" };
      const counts = new Map<string, number>();
      for (const { balancer, sentNs, completedNs } of answers) {
        const [sent, completed] = [BigInt(sentNs), BigInt(completedNs)];
        const within = split.spans.some(({ fromNs, toNs }) => sent >= fromNs && completed <= toNs);
        if (within && balancer !== null) counts.set(balancer, (counts.get(balancer) ?? 0) + 1);
      }
      const [, ...others] = [...counts.values()].toSorted((a, b) => b - a);
      return { value: others.reduce((sum, count) => sum + count, 0) };
    },
  });
}
