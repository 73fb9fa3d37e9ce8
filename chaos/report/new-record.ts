import { radiusRecord } from "../blast-radius/radius-record.ts";
import type { ExperimentOptions } from "../experiment.ts";
import { stolenWords } from "../measurement/cpu-time.ts";
import { OUTCOMES } from "../measurement/probe.ts";
import type { Scenario } from "../scenario.ts";
import { loadRecord, namedLoadRecord } from "./load-record.ts";
import {
  MARKS,
  PHASES,
  RECORD_SCHEMA,
  type Fingerprint,
  type Mark,
  type Measured,
  type RunRecord,
  type TrialRecord,
  type Verdict,
} from "./record.ts";

/** The record of a run that has just begun. */
export function newRecord(
  options: ExperimentOptions,
  scenario: Scenario,
  begun: { readonly id: string; readonly at: Date; readonly fingerprint: Fingerprint },
): RunRecord {
  return {
    schema: RECORD_SCHEMA,
    id: begun.id,
    status: "running",
    runnerPid: process.pid,
    scenario: {
      id: options.id,
      sentence: scenario.sentence,
      controlWithout: options.control ? options.scenario.control.without : null,
    },
    seed: options.seed,
    command: options.command,
    startedAt: begun.at.toISOString(),
    finishedAt: null,
    durationMs: null,
    verdict: null,
    reasons: [],
    exitCode: null,
    ...declared(scenario),
    trialsPlanned: options.trials,
    trials: [],
    objectives: [],
    outage: null,
    phases: { detection: null, decision: null, propagation: null, client: null },
    phaseFit: null,
    fingerprint: begun.fingerprint,
  };
}

/** What a record takes over from the scenario as it is declared. */
export function declared(
  scenario: Scenario,
): Pick<
  RunRecord,
  "topology" | "load" | "alongside" | "abortRules" | "blastRadius" | "faults" | "predictions"
> {
  return {
    topology: scenario.topology,
    load: loadRecord(scenario.load),
    alongside: (scenario.alongside ?? []).map(namedLoadRecord),
    abortRules: (scenario.abort ?? []).map(({ title }) => title),
    blastRadius: radiusRecord(scenario),
    faults: plannedFaults(scenario),
    predictions: scenario.predictions,
  };
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

/**
 * The record of a trial that ended before it could be measured: every value is null, with the reason.
 *
 * @param stolenMs what the hypervisor took of the machine, if that is why; null otherwise. @default null
 */
export function unmeasuredTrial(
  identity: Pick<TrialRecord, "index" | "repeats" | "seed">,
  verdict: Verdict,
  reason: string,
  stolenMs: number | null = null,
): TrialRecord {
  const none: Measured = { value: null, reason };
  const mark: Mark = { atMs: null, reason };
  return {
    ...identity,
    verdict,
    reasons: stolenMs === null ? [reason] : [stolenWords(stolenMs), reason],
    spoilt: stolenMs !== null,
    abortedBy: null,
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
      failedInFlight: 0,
      inFlightAtFault: 0,
    },
    faults: [],
    quality: null,
    alongside: [],
    stolenMs,
    deployMs: null,
    objectives: {},
  };
}
