import { join } from "node:path";
import { UnknownName } from "./environment/errors.ts";
import { NamespaceEnvironment } from "./environment/namespace/namespace-environment.ts";
import { WrongUse } from "./errors.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { UndoJournalFile } from "./faults/undo-journal.ts";
import { readCpuTicks, takeFingerprint } from "./measurement/fingerprint.ts";
import { stratifiedPhases } from "./measurement/phase.ts";
import { judgeQuality } from "./measurement/prober-quality.ts";
import { takeTimedLock } from "./measurement/timed-lock.ts";
import { judgeObjective, judgeTrial } from "./objectives/judge.ts";
import {
  MARKS,
  PHASES,
  RECORD_SCHEMA,
  type Mark,
  type Measured,
  type ObjectiveSample,
  type RunRecord,
  type TrialRecord,
  type Verdict,
} from "./report/record.ts";
import { appendEvents, appendProbes, createRun, runId, updateRun } from "./report/run-folder.ts";
import type { Scenario, TrialData } from "./scenario.ts";
import { fitPhase } from "./statistics/least-squares.ts";
import { deriveSeed, seededRandom } from "./statistics/random.ts";
import { summarize } from "./statistics/summary.ts";
import { requireSupport } from "./statistics/what-n-supports.ts";
import { OUTCOMES } from "./measurement/probe.ts";
import { runTrial, trialLogDirectory, type TrialObservation, type TrialStage } from "./trial.ts";

/** Share of trials whose measurement may be untrustworthy before the whole run is. */
const UNTRUSTED_SHARE = 0.2;

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
  readonly onProgress: (progress: Progress) => void;
}

/** What is told while it runs. */
export type Progress =
  | { readonly kind: "run"; readonly directory: string; readonly seed: number }
  | { readonly kind: "waiting" }
  | { readonly kind: "stage"; readonly trial: number; readonly stage: TrialStage }
  | { readonly kind: "trial"; readonly trial: TrialRecord };

/** A run that is over. */
export interface FinishedRun {
  readonly record: RunRecord;
  readonly directory: string;
}

/**
 * N trials of one scenario with the fault's phase stratified over the heartbeat, judged, recorded.
 * The record is written before the first trial and after every one, so that a crash loses little.
 *
 * @throws what `checkScenario` throws, before anything is started
 */
export async function runExperiment(options: ExperimentOptions): Promise<FinishedRun> {
  const scenario = options.control
    ? { ...options.scenario, ...options.scenario.control.change }
    : options.scenario;
  checkScenario(scenario, options.trials);
  const startedAt = new Date();
  const begin = performance.now();
  const ticks = readCpuTicks();
  const id = runId(options.control ? `${options.id}-control` : options.id, options.seed, startedAt);
  const directory = join(options.runsDirectory, id);
  const fingerprint = await takeFingerprint("namespace", scenario.topology);
  let record: RunRecord = {
    schema: RECORD_SCHEMA,
    id,
    status: "running",
    runnerPid: process.pid,
    scenario: {
      id: options.id,
      sentence: scenario.sentence,
      controlWithout: options.control ? options.scenario.control.without : null,
    },
    seed: options.seed,
    command: options.command,
    startedAt: startedAt.toISOString(),
    finishedAt: null,
    durationMs: null,
    verdict: null,
    reasons: [],
    exitCode: null,
    topology: scenario.topology,
    load: {
      ratePerSecond: scenario.load.ratePerSecond,
      connectTimeoutMs: scenario.load.connectTimeoutMs,
      totalTimeoutMs: scenario.load.totalTimeoutMs,
      target: `${scenario.load.address}:${scenario.load.port}${scenario.load.path}`,
      class: "fresh",
    },
    faults: plannedFaults(scenario),
    predictions: scenario.predictions,
    trialsPlanned: options.trials,
    trials: [],
    objectives: [],
    outage: null,
    phases: { detection: null, decision: null, propagation: null, client: null },
    phaseFit: null,
    fingerprint: { ...fingerprint, stealShare: null },
  };
  await createRun(directory, record);
  options.onProgress({ kind: "run", directory, seed: options.seed });

  const judged: JudgedTrial[] = [];
  const reasons: string[] = [];
  await using journal = await UndoJournalFile.open(join(directory, "journal.ndjson"));
  try {
    await using _lock = await takeTimedLock(options.signal, () =>
      options.onProgress({ kind: "waiting" }),
    );
    const random = seededRandom(deriveSeed(options.seed, "phases"));
    const fractions = stratifiedPhases(options.trials, random);
    for (const [index, phaseFraction] of fractions.entries()) {
      options.signal.throwIfAborted();
      const trial = await oneTrial(options, scenario, {
        index,
        phaseFraction,
        directory,
        id,
        journal,
      });
      judged.push(trial);
      await appendEvents(directory, index, trial.events);
      await appendProbes(directory, index, trial.probes);
      record = { ...record, trials: judged.map((one) => one.record) };
      await updateRun(directory, record);
      options.onProgress({ kind: "trial", trial: trial.record });
      if (trial.record.verdict === "aborted") break;
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
  if (journal.pending > 0)
    reasons.push(`${journal.pending} faults are not undone: see journal.ndjson`);
  const after = readCpuTicks();
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
    fingerprint: {
      ...fingerprint,
      stealShare: (after.steal - ticks.steal) / Math.max(1, after.total - ticks.total),
    },
  };
  await updateRun(directory, record);
  return { record, directory };
}

/**
 * Refuses what cannot be run, before anything is started: names that do not exist, statistics that
 * the number of trials cannot support.
 *
 * @throws UnknownName, WrongUse, UnsupportedStatistic
 */
export function checkScenario(scenario: Scenario, trials: number): void {
  if (!Number.isInteger(trials) || trials < 1) {
    throw new WrongUse(`The number of trials is ${trials}`, "Use a whole number from 1.");
  }
  for (const { fault } of scenario.faults) fault.check(scenario.topology);
  const { load, topology } = scenario;
  if (!topology.nodes.some((node) => node.id === load.client)) {
    throw new UnknownName(
      "node for the load's client",
      load.client,
      topology.nodes.map((node) => node.id),
    );
  }
  for (const { statistic } of scenario.objectives) requireSupport(statistic, trials);
}

interface JudgedTrial {
  readonly record: TrialRecord;
  /** Null when it could not be measured. */
  readonly data: TrialData | null;
  readonly events: TrialObservation["events"];
  readonly probes: TrialObservation["probes"];
}

async function oneTrial(
  options: ExperimentOptions,
  scenario: Scenario,
  setting: {
    readonly index: number;
    readonly phaseFraction: number;
    readonly directory: string;
    readonly id: string;
    readonly journal: UndoJournalFile;
  },
): Promise<JudgedTrial> {
  const seed = deriveSeed(options.seed, "trial", setting.index);
  try {
    const seen = await runTrial({
      scenario,
      environment: new NamespaceEnvironment({
        logDirectory: trialLogDirectory(setting.directory, setting.index),
      }),
      runId: setting.id,
      index: setting.index,
      seed,
      phaseFraction: setting.phaseFraction,
      journal: setting.journal,
      signal: options.signal,
      onStage: (stage) => options.onProgress({ kind: "stage", trial: setting.index, stage }),
    });
    await setting.journal.allGone();
    return judgeObservation(scenario, seen);
  } catch (error) {
    // The trial has disposed of its lab by now, and with it of every fault.
    await setting.journal.allGone();
    const reason = error instanceof Error ? error.message : String(error);
    const verdict: Verdict = options.signal.aborted ? "aborted" : "invalid";
    return {
      record: unmeasuredTrial(setting.index, seed, verdict, reason),
      data: null,
      events: [],
      probes: [],
    };
  }
}

function judgeObservation(scenario: Scenario, seen: TrialObservation): JudgedTrial {
  const quality = seen.trial.quality;
  const trust =
    quality === null
      ? null
      : judgeQuality(quality, {
          smallestBoundMs: smallestBoundMs(scenario),
          ratePerSecond: scenario.load.ratePerSecond,
          baselineFailures: seen.baselineFailures,
        });
  const data: TrialData = {
    trial: seen.trial,
    hurt: seen.hurt,
    injectedNs: seen.injectedNs,
    observedMs: seen.observedMs,
    resolutionMs: trust?.resolutionMs ?? 1_000 / scenario.load.ratePerSecond,
    probes: seen.probes,
    events: seen.events,
    topology: scenario.topology,
  };
  const objectives: Record<string, ObjectiveSample> = {};
  for (const objective of scenario.objectives)
    objectives[objective.id] = judgeTrial(objective, data);
  const invalid = [...seen.unverified, ...(trust?.reasons ?? [])];
  const failed = Object.values(objectives).filter(({ verdict }) => verdict === "fail");
  const unknown = Object.values(objectives).filter(({ verdict }) => verdict === "inconclusive");
  const [verdict, reasons]: [Verdict, readonly string[]] =
    invalid.length > 0
      ? ["invalid", invalid]
      : failed.length > 0
        ? ["fail", failed.map(({ message }) => message)]
        : unknown.length > 0
          ? ["inconclusive", unknown.map(({ message }) => message)]
          : ["pass", []];
  return {
    record: { ...seen.trial, objectives, verdict, reasons },
    data: verdict === "invalid" ? null : data,
    events: seen.events,
    probes: seen.probes,
  };
}

/** The smallest duration that any objective compares with: the resolution must be well below it. */
function smallestBoundMs(scenario: Scenario): number | null {
  const bounds = scenario.objectives.flatMap(({ unit, bound }) => {
    if (unit !== "ms") return [];
    if (bound.kind === "predicted") return [bound.window.ceilingMs];
    return bound.kind === "at-most-measure" ? [] : [bound.value];
  });
  return bounds.length === 0 ? null : Math.min(...bounds);
}

function conclude(
  record: RunRecord,
  scenario: Scenario,
  judged: readonly JudgedTrial[],
  end: {
    readonly aborted: boolean;
    readonly healFailed: boolean;
    readonly reasons: readonly string[];
  },
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
  const untrusted = judged.filter(({ data }) => data === null);
  for (const { record: trial } of untrusted) {
    reasons.push(`trial ${trial.index} does not count: ${trial.reasons.join("; ")}`);
  }
  const unverified = judged.some(({ record: trial }) =>
    trial.faults.some(({ verified }) => !verified.active),
  );
  const verdict = ((): Verdict => {
    if (end.healFailed) return "heal-failed";
    if (end.aborted) return "aborted";
    if (unverified || untrusted.length > UNTRUSTED_SHARE * judged.length || judged.length === 0) {
      return "invalid";
    }
    if (objectives.length === 0) {
      reasons.push("the scenario has no objectives, so it promises nothing");
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
    trials: judged.map((one) => one.record),
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

function plannedFaults(scenario: Scenario): RunRecord["faults"] {
  let atMs = 0;
  return scenario.faults.map(({ fault, afterMs, forMs }) => {
    atMs += afterMs;
    const planned = { title: fault.title, atMs, forMs: forMs ?? null };
    atMs += forMs ?? 0;
    return planned;
  });
}

/** The record of a trial that ended before it could be measured: every value is null, with the reason. */
function unmeasuredTrial(
  index: number,
  seed: number,
  verdict: Verdict,
  reason: string,
): TrialRecord {
  const none: Measured = { value: null, reason };
  const mark: Mark = { atMs: null, reason };
  return {
    index,
    seed,
    verdict,
    reasons: [reason],
    target: null,
    phase: { of: null, periodMs: null, wantedMs: null, achieved: none },
    marks: Object.fromEntries(MARKS.map((name) => [name, mark])) as TrialRecord["marks"],
    phases: Object.fromEntries(PHASES.map(({ id }) => [id, none])) as TrialRecord["phases"],
    outage: none,
    clientGap: none,
    probes: {
      sent: 0,
      byOutcome: Object.fromEntries(
        OUTCOMES.map((outcome) => [outcome, 0]),
      ) as TrialRecord["probes"]["byOutcome"],
      failedBefore: 0,
      failedDuring: 0,
      failedAfter: 0,
      inFlightAtFault: 0,
    },
    faults: [],
    quality: null,
    deployMs: null,
    objectives: {},
  };
}
