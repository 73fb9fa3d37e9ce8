import { medianSorted } from "simple-statistics";
import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { Measured, ObjectiveRecord, ObjectiveSample, Verdict } from "../report/record.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { nearestRank } from "../statistics/quantile.ts";
import { summarize } from "../statistics/summary.ts";
import { quantileOf } from "../statistics/what-n-supports.ts";

/** The limits that a value of one trial is held to, already widened. */
interface Limits {
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly widenedBy: number;
  readonly predicted: PredictedWindow | null;
  readonly text: string;
}

/** What an objective says of one trial. A judge that throws is inconclusive, never a pass. */
export function judgeTrial(objective: Objective, data: TrialData): ObjectiveSample {
  try {
    const measured = objective.measure(data);
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
  const values = samples.flatMap(({ measured }) =>
    measured.value === null ? [] : [measured.value],
  );
  const widest = trials.reduce<Limits | null>((wide, { data }) => {
    const limits = limitsOf(objective, data);
    return wide === null || (limits !== null && limits.widenedBy > wide.widenedBy) ? limits : wide;
  }, null);
  const { verdict, message } = overall(objective, trials, values, widest);
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

/** Whether a trial says anything about the objective: a value, or a lower bound of one. */
function known({ measured, verdict }: ObjectiveSample): boolean {
  return measured.value !== null || verdict === "fail";
}

function overall(
  objective: Objective,
  trials: readonly { readonly data: TrialData; readonly sample: ObjectiveSample }[],
  values: readonly number[],
  limits: Limits | null,
): { readonly verdict: Verdict; readonly message: string } {
  const samples = trials.map(({ sample }) => sample);
  const enough = samples.filter(known).length;
  const failed = samples.filter(({ verdict }) => verdict === "fail");
  const quantileWanted = quantileOf(objective.statistic);
  const everyTrial = objective.statistic === "every trial";
  if (everyTrial && failed.length > 0) {
    const worst = failed[0]?.message ?? "";
    return {
      verdict: "fail",
      message: `missed in ${failed.length} of ${samples.length} trials; first: ${worst}`,
    };
  }
  if (enough < Math.max(1, objective.minimumSamples)) {
    const reason = samples.find((sample) => !known(sample))?.message ?? "no trial can be trusted";
    return {
      verdict: "inconclusive",
      message: `${enough} of at least ${Math.max(1, objective.minimumSamples)} trials have a value: ${reason}`,
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
    return { verdict: "pass", message: `held in all ${samples.length} trials` };
  }
  // A trial that was not over counts as the worst there is.
  const censored = failed.filter(({ measured }) => measured.value === null).length;
  const all = [...values, ...Array.from({ length: censored }, () => Infinity)].toSorted(
    (a, b) => a - b,
  );
  const statistic = quantileWanted === null ? medianSorted(all) : nearestRank(all, quantileWanted);
  if (limits === null) return { verdict: "inconclusive", message: "it has no bound in any trial" };
  const verdict = verdictOf({ value: statistic }, limits);
  return {
    verdict,
    message: `${objective.statistic} ${format(statistic, objective.unit)}, ${verdict === "pass" ? "as wanted" : "not"} ${limits.text}`,
  };
}

function limitsOf(objective: Objective, data: TrialData): Limits | null {
  const { bound } = objective;
  switch (bound.kind) {
    case "at-most":
      return plain(null, bound.value, `at most ${format(bound.value, objective.unit)}`);
    case "at-least":
      return plain(bound.value, null, `at least ${format(bound.value, objective.unit)}`);
    case "at-most-measure": {
      const ceiling = bound.measure(data);
      return ceiling.value === null
        ? null
        : plain(null, ceiling.value, `at most the ${bound.title}`);
    }
    case "predicted": {
      const window = bound.windowOf?.(data) ?? bound.window;
      const widenedBy = data.resolutionMs + bound.slackMs;
      return {
        atLeast: Math.max(0, window.floorMs - widenedBy),
        atMost: window.ceilingMs + widenedBy,
        widenedBy,
        predicted: window,
        text: `within the predicted window ± ${format(widenedBy, "ms")}`,
      };
    }
  }
}

function plain(atLeast: number | null, atMost: number | null, text: string): Limits {
  return { atLeast, atMost, widenedBy: 0, predicted: null, text };
}

function verdictOf(measured: Measured, limits: Limits): Verdict {
  if (measured.value === null) {
    const { atLeast } = measured;
    if (atLeast === undefined) return "inconclusive";
    return limits.atMost !== null && atLeast > limits.atMost ? "fail" : "inconclusive";
  }
  const low = limits.atLeast !== null && measured.value < limits.atLeast;
  const high = limits.atMost !== null && measured.value > limits.atMost;
  return low || high ? "fail" : "pass";
}

function messageOf(
  objective: Objective,
  data: TrialData,
  measured: Measured,
  limits: Limits,
  verdict: Verdict,
): string {
  const value =
    measured.value === null
      ? measured.atLeast === undefined
        ? `unknown: ${measured.reason}`
        : `at least ${format(measured.atLeast, objective.unit)} (${measured.reason})`
      : format(measured.value, objective.unit);
  const said = `${objective.title} ${value}, wanted ${wanted(limits, objective.unit)}`;
  return verdict === "fail" ? `${said}${circumstances(data)}` : said;
}

function wanted(limits: Limits, unit: Objective["unit"]): string {
  if (limits.atLeast !== null && limits.atMost !== null) {
    return `${format(limits.atLeast, unit)} to ${format(limits.atMost, unit)}`;
  }
  if (limits.atMost !== null) return `at most ${format(limits.atMost, unit)}`;
  return `at least ${format(limits.atLeast ?? 0, unit)}`;
}

/** In which phase it broke, and which kinds of errors there were. */
function circumstances({ trial }: TrialData): string {
  const missing = Object.entries(trial.phases).find(([, phase]) => phase.value === null)?.[0];
  const errors = Object.entries(trial.probes.byOutcome)
    .filter(([outcome, count]) => outcome !== "ok" && count > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
  const phase = missing === undefined ? "" : `; did not get past "${missing}"`;
  return `${phase}${errors === "" ? "" : `; errors: ${errors}`}`;
}

function boundText(objective: Objective): string {
  switch (objective.bound.kind) {
    case "at-most":
      return `at most ${format(objective.bound.value, objective.unit)}`;
    case "at-least":
      return `at least ${format(objective.bound.value, objective.unit)}`;
    case "at-most-measure":
      return `at most the ${objective.bound.title}`;
    case "predicted":
      return "within the predicted window";
  }
}

function format(value: number, unit: Objective["unit"]): string {
  const digits = unit === "count" ? 0 : unit === "ms" ? 1 : 4;
  const text = Number.isFinite(value) ? value.toFixed(digits) : "never";
  return unit === "ms" ? `${text} ms` : text;
}
