import { join } from "node:path";
import { abortedTrial } from "./abort/aborted-trial.ts";
import { abortBehind } from "./abort/trial-aborted.ts";
import type { Environment } from "./environment/environment.ts";
import { checkScenario } from "./check-scenario.ts";
import { reasonOf } from "./errors.ts";
import { UndoJournalFile } from "./faults/undo-journal.ts";
import { readCpuTicks, stealShare, type CpuTicks } from "./measurement/cpu-time.ts";
import { takeFingerprint } from "./measurement/fingerprint.ts";
import { phasesBySeed } from "./measurement/phase.ts";
import { takeTimedLock } from "./measurement/timed-lock.ts";
import { mostRepetitions } from "./objectives/trust.ts";
import { conclude, judgeObservation, type JudgedTrial } from "./objectives/verdict.ts";
import { newRecord, unmeasuredTrial } from "./report/new-record.ts";
import type { RunRecord, TrialRecord, Verdict } from "./report/record.ts";
import { appendEvents, appendProbes, createRun, runId, updateRun } from "./report/run-folder.ts";
import type { Scenario } from "./scenario.ts";
import { deriveSeed } from "./statistics/random.ts";
import { NoSteadyState } from "./steady-state/steady-state.ts";
import { runTrial, trialLogDirectory, type TrialStage } from "./trial.ts";

export { checkScenario };

/** What an experiment is run with. */
export interface ExperimentOptions {
  readonly scenario: Scenario;
  readonly id: string;
  readonly trials: number;
  readonly seed: number;
  /** Folder for run folders. */
  readonly runsDirectory: string;
  /** Run the scenario's control instead: its mechanism switched off. */
  readonly control: boolean;
  /** What was typed, for the replay line. */
  readonly command: string;
  readonly signal: AbortSignal;
  /** Makes what each trial is deployed in, given the folder for its logs. */
  readonly environment: (logDirectory: string) => Environment;
  /**
   * Waits until no other timed trial runs.
   * @default takeTimedLock
   */
  readonly takeTurn?: typeof takeTimedLock;
  /**
   * Reads the machine's CPU time, to see what was stolen of it.
   * @default readCpuTicks
   */
  readonly cpuTicks?: () => CpuTicks;
  readonly onProgress: (progress: Progress) => void;
}

/** What is told while it runs. */
export type Progress =
  | { readonly kind: "run"; readonly directory: string; readonly seed: number }
  | { readonly kind: "waiting" }
  | { readonly kind: "stage"; readonly trial: Planned; readonly stage: TrialStage }
  | { readonly kind: "trial"; readonly trial: TrialRecord };

/** Which trial it is: its index, and that of the spoilt one that it measures again. */
type Planned = Pick<TrialRecord, "index" | "repeats">;

/** A run that is over. */
export interface FinishedRun {
  readonly record: RunRecord;
  readonly directory: string;
}

/**
 * N trials of one scenario with the fault's phase stratified over the heartbeat, judged, recorded.
 * Those that the machine spoilt are measured again at the end, each in its own phase. A rule of the
 * scenario that aborts a trial ends the run. The record is written before the first trial and after every one, so that a crash loses little.
 *
 * @throws what `checkScenario` throws, before anything is started
 */
export async function runExperiment(options: ExperimentOptions): Promise<FinishedRun> {
  const scenario = options.control ? controlOf(options.scenario) : options.scenario;
  checkScenario(scenario, options.trials);
  const startedAt = new Date();
  const begin = performance.now();
  const cpuTicks = options.cpuTicks ?? (() => readCpuTicks());
  const ticks = cpuTicks();
  const id = runId(options.control ? `${options.id}-control` : options.id, options.seed, startedAt);
  const directory = join(options.runsDirectory, id);
  const fingerprint = await takeFingerprint(
    options.environment(trialLogDirectory(directory, 0)).kind,
    scenario.topology,
  );
  let record = newRecord(options, scenario, {
    id,
    at: startedAt,
    fingerprint: { ...fingerprint, stealShare: null },
  });
  await createRun(directory, record);
  options.onProgress({ kind: "run", directory, seed: options.seed });

  const judged: JudgedTrial[] = [];
  const reasons: string[] = [];
  await using journal = await UndoJournalFile.open(join(directory, "journal.ndjson"));
  try {
    const takeTurn = options.takeTurn ?? takeTimedLock;
    await using _turn = await takeTurn(options.signal, () =>
      options.onProgress({ kind: "waiting" }),
    );
    const fractions = phasesBySeed(options.seed, options.trials);
    const plan: { readonly phaseFraction: number; readonly repeats: number | null }[] =
      fractions.map((phaseFraction) => ({ phaseFraction, repeats: null }));
    const most = plan.length + mostRepetitions(plan.length);
    // It grows as it is gone through.
    for (const [index, planned] of plan.entries()) {
      options.signal.throwIfAborted();
      const setting = { index, ...planned, directory, id, journal, cpuTicks };
      const trial = await oneTrial(options, scenario, setting);
      judged.push(trial);
      await appendEvents(directory, index, trial.events);
      await appendProbes(directory, index, trial.probes, trial.alongside);
      record = { ...record, trials: judged.map((one) => one.record) };
      await updateRun(directory, record);
      options.onProgress({ kind: "trial", trial: trial.record });
      // Beside what is left of a fault, another trial would show nothing.
      if (trial.record.verdict === "aborted" || journal.pending > 0) break;
      if (trial.record.spoilt && plan.length < most) plan.push({ ...planned, repeats: index });
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
  if (journal.pending > 0)
    reasons.push(
      `${journal.pending} faults are not undone. Look at journal.ndjson for what to undo by hand.`,
    );
  record = conclude(record, scenario, judged, {
    aborted: options.signal.aborted,
    healFailed: journal.pending > 0,
    reasons,
  });
  record = {
    ...record,
    status: "finished",
    finishedAt: new Date().toISOString(),
    durationMs: performance.now() - begin,
    fingerprint: { ...fingerprint, stealShare: stealShare(ticks, cpuTicks()) },
  };
  await updateRun(directory, record);
  return { record, directory };
}

/** The scenario with its mechanism switched off. */
export function controlOf(scenario: Scenario): Scenario {
  return { ...scenario, ...scenario.control.change };
}

async function oneTrial(
  options: ExperimentOptions,
  scenario: Scenario,
  setting: {
    readonly index: number;
    readonly repeats: number | null;
    readonly phaseFraction: number;
    readonly directory: string;
    readonly id: string;
    readonly journal: UndoJournalFile;
    readonly cpuTicks: () => CpuTicks;
  },
): Promise<JudgedTrial> {
  const { index, repeats, phaseFraction, journal, cpuTicks } = setting;
  const identity = { index, repeats, seed: deriveSeed(options.seed, "trial", index) };
  try {
    const environment = options.environment(trialLogDirectory(setting.directory, index));
    const seen = await runTrial({
      scenario,
      environment,
      runId: setting.id,
      ...identity,
      phaseFraction,
      journal,
      signal: options.signal,
      cpuTicks,
      onStage: (stage) => options.onProgress({ kind: "stage", trial: identity, stage }),
    });
    return judgeObservation(scenario, seen, environment.kind);
  } catch (error) {
    const abort = abortBehind(error);
    if (abort !== null && !options.signal.aborted) {
      return abortedTrial(identity, abort, reasonOf(error));
    }
    const verdict: Verdict = options.signal.aborted ? "aborted" : "invalid";
    const stolen = error instanceof NoSteadyState ? error.stolenMs : null;
    return {
      record: unmeasuredTrial(identity, verdict, reasonOf(error), stolen),
      data: null,
      events: [],
      probes: [],
      alongside: {},
    };
  }
}
