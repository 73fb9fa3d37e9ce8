import { medianSorted } from "simple-statistics";
import type { Measured, ObjectiveRecord, ObjectiveSample, Verdict } from "../report/record.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { nearestRank } from "../statistics/quantile.ts";
import { summarize } from "../statistics/summary.ts";
import { quantileOf, trialsFor } from "../statistics/what-n-supports.ts";
import { checked, limitsOf, type Limits } from "./limits.ts";
import { boundText, format, messageOf } from "./wording.ts";

/** What an objective says of one trial. A judge that throws is inconclusive, never a pass. */
export function judgeTrial(objective: Objective, data: TrialData): ObjectiveSample {
  try {
    const measured = checked(objective.measure(data));
    const limits = limitsOf(objective, data);
    if (limits === null) {
      const reason = "the measure that bounds it has no value";
      return { measured, predicted: null, verdict: "inconclusive", message: reason };
    }
    const verdict = verdictOf(measured, limits);
    return {
      measured,
      predicted: limits.predicted,
      verdict,
      message: messageOf(objective, data, measured, limits, verdict),
    };
  } catch (error) {
    const reason = `the objective's own code failed: ${error instanceof Error ? error.message : String(error)}`;
    return {
      measured: { value: null, reason },
      predicted: null,
      verdict: "inconclusive",
      message: reason,
    };
  }
}

/** What an objective says over all trials that can be trusted. */
export function judgeObjective(
  objective: Objective,
  trials: readonly { readonly data: TrialData; readonly sample: ObjectiveSample }[],
): ObjectiveRecord {
  const samples = trials.map(({ sample }) => sample);
  const values = samples.flatMap((sample) =>
    !known(sample) || sample.measured.value === null ? [] : [sample.measured.value],
  );
  // Trials of which nothing is known may not even have limits.
  const limits = trials.flatMap(({ data, sample }) =>
    known(sample) ? (limitsOf(objective, data) ?? []) : [],
  );
  const widest = limits.reduce<Limits | null>(
    (wide, one) => (wide === null || one.widenedBy > wide.widenedBy ? one : wide),
    null,
  );
  const { verdict, message } = overall(objective, samples, values, limits);
  const fixed = objective.bound.kind === "at-most" || objective.bound.kind === "at-least";
  const uniform =
    fixed || (objective.bound.kind === "predicted" && objective.bound.windowOf === undefined);
  return {
    id: objective.id,
    title: objective.title,
    unit: objective.unit,
    statistic: objective.statistic,
    bound: widest?.text ?? boundText(objective),
    atLeast: uniform ? (widest?.atLeast ?? null) : null,
    atMost: uniform ? (widest?.atMost ?? null) : null,
    widenedBy: widest?.widenedBy ?? 0,
    predicted: objective.bound.kind === "predicted" ? objective.bound.window : null,
    samples: samples.filter(known).length,
    minimumSamples: objective.minimumSamples,
    summary: summarize(values),
    verdict,
    message,
  };
}

/** Whether a trial says anything about the objective: a value with its bound, or too much already. */
function known({ verdict }: ObjectiveSample): boolean {
  return verdict !== "inconclusive";
}

function overall(
  objective: Objective,
  samples: readonly ObjectiveSample[],
  values: readonly number[],
  limits: readonly Limits[],
): { readonly verdict: Verdict; readonly message: string } {
  const enough = samples.filter(known).length;
  const failed = samples.filter(({ verdict }) => verdict === "fail");
  const quantile = quantileOf(objective.statistic);
  const everyTrial = objective.statistic === "every trial";
  if (everyTrial && failed.length > 0) {
    const worst = failed[0]?.message ?? "";
    return {
      verdict: "fail",
      message: `missed in ${failed.length} of ${samples.length} trials; first: ${worst}`,
    };
  }
  // A percentile that the planned trials support, those with a value may not.
  const needed = Math.max(1, objective.minimumSamples, quantile === null ? 1 : trialsFor(quantile));
  // Also when what is needed is no number.
  if (!(enough >= needed)) {
    const reason = samples.find((sample) => !known(sample))?.message ?? "no trial can be trusted";
    return {
      verdict: "inconclusive",
      message: `${enough} of at least ${needed} trials have a value: ${reason}`,
    };
  }
  if (everyTrial) {
    const unknown = samples.filter((sample) => !known(sample));
    if (unknown.length > 0) {
      return {
        verdict: "inconclusive",
        message: `${unknown.length} of ${samples.length} trials have no value: ${unknown[0]?.message ?? ""}`,
      };
    }
    return {
      verdict: "pass",
      message:
        samples.length === 1 ? "held in the one trial" : `held in all ${samples.length} trials`,
    };
  }
  // A trial that was not over counts as the worst there is.
  const censored = failed.filter(({ measured }) => measured.value === null).length;
  const all = [...values, ...Array.from({ length: censored }, () => Infinity)];
  const statisticOf = (numbers: readonly number[]): number =>
    quantile === null
      ? medianSorted(numbers.toSorted((a, b) => a - b))
      : nearestRank(numbers, quantile);
  const statistic = statisticOf(all);
  // Values that are all inside their own limits have a statistic inside the statistic of the limits.
  const [floors, ceilings] = [
    limits.flatMap(({ atLeast }) => atLeast ?? []),
    limits.flatMap(({ atMost }) => atMost ?? []),
  ];
  const verdict = verdictOf(
    { value: statistic },
    {
      atLeast: floors.length === 0 ? null : statisticOf(floors),
      atMost: ceilings.length === 0 ? null : statisticOf(ceilings),
    },
  );
  const first = verdict === "fail" ? failed[0]?.message : undefined;
  return {
    verdict,
    message:
      `${objective.statistic} of ${enough} trials ${format(statistic, objective.unit)}, ` +
      `${verdict === "pass" ? "as wanted" : "not"} ${limits[0]?.text ?? boundText(objective)}` +
      (first === undefined ? "" : `; first: ${first}`),
  };
}

function verdictOf(measured: Measured, limits: Pick<Limits, "atLeast" | "atMost">): Verdict {
  if (measured.value === null) {
    const { atLeast } = measured;
    if (atLeast === undefined) return "inconclusive";
    return limits.atMost !== null && atLeast > limits.atMost ? "fail" : "inconclusive";
  }
  const low = limits.atLeast !== null && measured.value < limits.atLeast;
  const high = limits.atMost !== null && measured.value > limits.atMost;
  return low || high ? "fail" : "pass";
}
