import { isStarved, isStarvedRun, latestProbeMs } from "../chaos/objectives/trust.ts";
import type { RunRecord, Verdict } from "../chaos/report/record.ts";

/** How the test of a scenario ends, and why, unless it passes. */
export type TestOutcome =
  | { readonly kind: "pass" }
  | { readonly kind: "fail"; readonly why: string }
  | { readonly kind: "skip"; readonly why: string };

/** What is read of a run. */
type Run = Pick<RunRecord, "verdict" | "reasons" | "trials" | "objectives">;

/**
 * How the test of a scenario's promise ends. Passed: every objective held. Skipped: the machine could
 * not measure, and nothing that was measured speaks against the promise. Failed: anything else.
 */
export function promiseOutcome(run: Run): TestOutcome {
  if (run.verdict === "pass") return { kind: "pass" };
  return couldNotMeasure(run, "pass") ?? failed(run);
}

/**
 * How the test of a scenario's control ends. Passed: its verdict is fail, by an objective of those that
 * it must miss. Skipped: the machine could not measure, and nothing that was measured held.
 */
export function controlOutcome(run: Run, mustFail: readonly string[]): TestOutcome {
  if (run.verdict === "fail") {
    const missed = run.objectives.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
    if (missed.some((id) => mustFail.includes(id))) return { kind: "pass" };
    const why = `missed ${missed.join(", ")}; a control has to miss one of ${mustFail.join(", ")}`;
    return { kind: "fail", why };
  }
  return couldNotMeasure(run, "fail") ?? failed(run);
}

/** @param wanted verdict of every trial that can be trusted */
function couldNotMeasure(run: Run, wanted: Verdict): TestOutcome | null {
  const why = whyStarved(run);
  const trusted = run.trials.filter(({ verdict }) => verdict !== "invalid");
  if (why === null || trusted.some(({ verdict }) => verdict !== wanted)) return null;
  return { kind: "skip", why };
}

/** Why the machine could not measure a run; null when it could, or is not the only reason. */
export function whyStarved(run: Pick<Run, "verdict" | "trials">): string | null {
  if (!isStarvedRun(run)) return null;
  const spoilt = run.trials.filter(isStarved);
  const stolenMs = Math.max(...spoilt.map((trial) => trial.stolenMs ?? 0));
  const lateMs = Math.max(...spoilt.map(latestProbeMs));
  const again = run.trials.filter(({ repeats }) => repeats !== null).length;
  return `the machine could not measure: ${spoilt.length} of ${run.trials.length} trials spoilt, up to ${stolenMs} ms of CPU stolen from it while probes were up to ${Math.round(lateMs)} ms late; ${again} of the trials were repetitions`;
}

function failed({ verdict, reasons }: Run): TestOutcome {
  return { kind: "fail", why: [`verdict ${verdict ?? "none"}`, ...reasons].join("\n") };
}
