import type { ProbeRecord } from "../measurement/probe.ts";
import { MARKS, type Measured, type Verdict } from "../report/record.ts";
import type { Objective, TrialData } from "../scenario.ts";
import type { Limits } from "./limits.ts";

/** What was measured and what was wanted; of a fail also in which phase it broke, and how. */
export function messageOf(
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
  if (verdict !== "fail") return said;
  return `${said}${(objective.circumstances ?? circumstances)(data)}`;
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
  const errors = commonestErrors(trial.probes.byOutcome);
  return `${whereItBroke(trial)}${errors === "" ? "" : `; errors: ${errors}`}`;
}

/** The commonest kinds of errors among some requests with their counts; empty without any. */
export function errorsAmong(probes: readonly Pick<ProbeRecord, "outcome">[]): string {
  const counts: Record<string, number> = {};
  for (const { outcome } of probes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return commonestErrors(counts);
}

function commonestErrors(byOutcome: Readonly<Record<string, number>>): string {
  return Object.entries(byOutcome)
    .filter(([outcome, count]) => outcome !== "ok" && count > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
}

/** A trial that recovered broke in its longest phase; else what comes after the last mark went wrong. */
function whereItBroke({ marks, phases, outage }: TrialData["trial"]): string {
  if (outage.value === null) {
    const last = MARKS.findLast((name) => marks[name].atMs !== null);
    return last === undefined ? "" : `; got as far as "${last}"`;
  }
  const [longest] = Object.entries(phases)
    .flatMap(([id, { value }]) => (value === null ? [] : [{ id, value }]))
    .toSorted((a, b) => b.value - a.value);
  return longest === undefined
    ? ""
    : `; longest phase: ${longest.id}, ${format(longest.value, "ms")}`;
}

/** A bound in words, for when no trial gave it numbers. */
export function boundText(objective: Objective): string {
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

/** A value with its unit. */
export function format(value: number, unit: Objective["unit"]): string {
  if (!Number.isFinite(value)) return "never";
  const text = value.toFixed(unit === "count" ? 0 : unit === "ms" ? 1 : 4);
  return unit === "ms" ? `${text} ms` : text;
}
