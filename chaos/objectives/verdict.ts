import type { Environment } from "../environment/environment.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import {
  PHASES,
  type Measured,
  type ObjectiveSample,
  type RunRecord,
  type TrialRecord,
  type Verdict,
} from "../report/record.ts";
import { stolenWords } from "../measurement/cpu-time.ts";
import type { Scenario, TrialData } from "../scenario.ts";
import { fitPhase } from "../statistics/least-squares.ts";
import { summarize } from "../statistics/summary.ts";
import type { TrialObservation } from "../trial.ts";
import { judgeObjective, judgeTrial } from "./judge.ts";
import { trustIn } from "./load-trust.ts";
import { isStarved, measuredAgainAs, tooManyUntrusted } from "./trust.ts";

const NO_OBJECTIVES = "the scenario has no objectives, so it promises nothing";

/** A trial with its verdict. */
export interface JudgedTrial {
  readonly record: TrialRecord;
  /** Null when it could not be measured. */
  readonly data: TrialData | null;
  readonly events: TrialObservation["events"];
  readonly probes: TrialObservation["probes"];
  /** Probes of the loads beside the main one, by their ids. */
  readonly alongside: TrialData["alongside"];
}

/**
 * What one trial says: not trustworthy, or the worst of its objectives.
 *
 * @param environment what it ran in: how late a prober may be depends on it
 */
export function judgeObservation(
  scenario: Scenario,
  seen: TrialObservation,
  environment: Environment["kind"] = "namespace",
): JudgedTrial {
  const trust = trustIn(scenario, seen, environment);
  const alongside = Object.fromEntries(
    seen.alongside.map(({ record, probes }) => [record.id, probes]),
  );
  const data: TrialData = {
    trial: seen.trial,
    hurt: seen.hurt,
    injectedNs: seen.injectedNs,
    observedMs: seen.observedMs,
    resolutionMs: trust.resolutionMs,
    alongsideResolutionMs: trust.alongsideResolutionMs,
    probes: seen.probes,
    alongside,
    events: seen.events,
    topology: scenario.topology,
  };
  const objectives: Record<string, ObjectiveSample> = {};
  for (const objective of scenario.objectives)
    objectives[objective.id] = judgeTrial(objective, data);
  const spoilt = seen.unverified.length === 0 && trust.onlyLate;
  const starved = isStarved({ ...seen.trial, spoilt });
  const stolen = stolenWords(seen.trial.stolenMs ?? 0);
  const invalid = [...(starved ? [stolen] : []), ...seen.unverified, ...trust.reasons];
  const failed = Object.values(objectives).filter(({ verdict }) => verdict === "fail");
  const unknown = Object.values(objectives).filter(({ verdict }) => verdict === "inconclusive");
  const [verdict, reasons]: [Verdict, readonly string[]] =
    invalid.length > 0
      ? ["invalid", invalid]
      : failed.length > 0
        ? ["fail", failed.map(({ message }) => message)]
        : unknown.length > 0
          ? ["inconclusive", unknown.map(({ message }) => message)]
          : scenario.objectives.length === 0
            ? ["inconclusive", [NO_OBJECTIVES]]
            : ["pass", []];
  return {
    record: { ...seen.trial, objectives, verdict, reasons, spoilt },
    data: verdict === "invalid" ? null : data,
    events: seen.events,
    probes: seen.probes,
    alongside,
  };
}

/** How a run ended, beside what its trials say. */
interface RunEnd {
  readonly aborted: boolean;
  readonly healFailed: boolean;
  readonly reasons: readonly string[];
}

/**
 * The record of a run with everything that follows from its trials: objectives, summaries, verdict
 * and exit code. A trial that cannot be trusted counts in no objective; too many of them that were not
 * measured again, or a fault that was not seen to be active, make the run invalid.
 */
export function conclude(
  record: RunRecord,
  scenario: Scenario,
  judged: readonly JudgedTrial[],
  end: RunEnd,
): RunRecord {
  const trusted = judged.flatMap(({ record: trial, data }) =>
    data === null ? [] : [{ trial, data }],
  );
  const objectives = scenario.objectives.map((objective) =>
    judgeObjective(
      objective,
      trusted.flatMap(({ trial, data }) => {
        const sample = trial.objectives[objective.id];
        return sample === undefined ? [] : [{ data, sample }];
      }),
    ),
  );
  const trials = trusted.map(({ trial }) => trial);
  const reasons = [...end.reasons];
  const all = judged.map((one) => one.record);
  for (const { record: trial, data } of judged) {
    if (data !== null) continue;
    const again = measuredAgainAs(trial, all);
    const instead = again === undefined ? "" : ` and was measured again as trial ${again}`;
    // Each may end with its next step, and so with a full stop.
    const why = trial.reasons.join("; ").replaceAll(".;", ";");
    const how = trial.abortedBy === null ? `does not count${instead}` : "was aborted";
    reasons.push(`trial ${trial.index} ${how}: ${why}`);
  }
  const unverified = judged.some(({ record: trial }) =>
    trial.faults.some(({ verified }) => !verified.active),
  );
  if (end.aborted && judged.length === 0) reasons.push("it was stopped before its first trial");
  const verdict = ((): Verdict => {
    if (end.healFailed) return "heal-failed";
    if (end.aborted || all.some(({ abortedBy }) => abortedBy !== null)) return "aborted";
    if (judged.length === 0) {
      reasons.push("no trial was run");
      return "invalid";
    }
    if (unverified || tooManyUntrusted(all)) return "invalid";
    if (objectives.length === 0) {
      reasons.push(NO_OBJECTIVES);
      return "inconclusive";
    }
    for (const wanted of ["fail", "inconclusive"] as const) {
      const found = objectives.filter((objective) => objective.verdict === wanted);
      if (found.length === 0) continue;
      reasons.push(...found.map((objective) => `${objective.title}: ${objective.message}`));
      return wanted;
    }
    return "pass";
  })();
  return {
    ...record,
    trials: all,
    objectives,
    outage: summarize(known(trials.map(({ outage }) => outage))),
    phases: Object.fromEntries(
      PHASES.map(({ id }) => [id, summarize(known(trials.map(({ phases }) => phases[id])))]),
    ) as RunRecord["phases"],
    phaseFit: fitPhase(
      trials.flatMap(({ phase, outage }) =>
        // Without a failed probe there was no outage whose length could follow the phase.
        phase.achieved.value === null || outage.value === null || outage.value === 0
          ? []
          : [{ phaseMs: phase.achieved.value, outageMs: outage.value }],
      ),
    ),
    verdict,
    reasons,
    exitCode: EXIT_OF[verdict],
  };
}

/** Exit code of each verdict. */
const EXIT_OF: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT.pass,
  fail: EXIT.fail,
  invalid: EXIT.invalid,
  inconclusive: EXIT.inconclusive,
  "heal-failed": EXIT.healFailed,
  aborted: EXIT.interrupted,
};

function known(measured: readonly Measured[]): number[] {
  return measured.flatMap(({ value }) => (value === null ? [] : [value]));
}
