import { join } from "node:path";
import type { Deployment, Environment, TimelineEvent } from "./environment/environment.ts";
import type { UndoJournalFile } from "./faults/undo-journal.ts";
import { injectAll, type PreparedStep, type Schedule } from "./faults/schedule.ts";
import { ProberStream } from "./load/prober-stream.ts";
import { stolenMs, type CpuTicks } from "./measurement/cpu-time.ts";
import { phaseOf } from "./measurement/heartbeat.ts";
import { measureTrial } from "./measurement/marks.ts";
import { observe } from "./measurement/observation.ts";
import { PROBE_PROTOCOL, type ProberQuality, type ProbeRecord } from "./measurement/probe.ts";
import { mergeEvents } from "./measurement/timeline.ts";
import type { TrialRecord } from "./report/record.ts";
import type { Hurt, Scenario } from "./scenario.ts";
import { deriveSeed } from "./statistics/random.ts";
import { awaitSteadyState, type Steady } from "./steady-state/steady-state.ts";

/** Probes end by themselves this long after the trial should, if the engine dies. */
const LOAD_MARGIN_MS = 60_000;

/** What a trial is run with. */
export interface TrialSetting {
  readonly scenario: Scenario;
  readonly environment: Environment;
  readonly runId: string;
  readonly index: number;
  /** Index of the trial that it measures again; null for the others. */
  readonly repeats: number | null;
  readonly seed: number;
  /** Where in the heartbeat to inject, as a fraction of its period. */
  readonly phaseFraction: number;
  readonly journal: Pick<UndoJournalFile, "intend" | "allGone">;
  readonly signal: AbortSignal;
  /** Reads the machine's CPU time. */
  readonly cpuTicks: () => CpuTicks;
  readonly onStage: (stage: TrialStage) => void;
}

/** The stages of a trial, for progress. */
export type TrialStage =
  | "deploying"
  | "steady state"
  | "fault"
  | "measuring"
  | "healing"
  | "ending";

/** Everything a trial saw. Judged elsewhere. */
export interface TrialObservation {
  readonly trial: Omit<TrialRecord, "objectives" | "verdict" | "reasons" | "spoilt">;
  readonly hurt: Hurt;
  readonly probes: readonly ProbeRecord[];
  readonly events: readonly TimelineEvent[];
  readonly injectedNs: bigint;
  readonly observedMs: number;
  /** Failed probes that had ended before the fault. */
  readonly baselineFailures: number;
  /** Faults that were not seen to be active. */
  readonly unverified: readonly string[];
}

/**
 * One trial: DEPLOY → STEADY STATE → FAULT → MEASURE → HEAL. Whatever happens, what was started is
 * ended and what was injected is healed, in the reverse order, before it returns or throws.
 *
 * @throws whatever went wrong first; `NoSteadyState`, `LabError`, `FaultError`, or the signal's reason
 */
export async function runTrial(setting: TrialSetting): Promise<TrialObservation> {
  const { scenario, onStage } = setting;
  onStage("deploying");
  const begin = performance.now();
  const deployment = await setting.environment.deploy(scenario.topology, setting.signal);
  await using _lab = {
    [Symbol.asyncDispose]: async () => {
      await deployment[Symbol.asyncDispose]();
      // Only now: a lab that did not end may still hold a fault.
      await setting.journal.allGone();
    },
  };
  const signal = AbortSignal.any([setting.signal, deployment.lost]);
  const deployMs = performance.now() - begin;

  onStage("steady state");
  await using preparations = new AsyncDisposableStack();
  const prepared: PreparedStep[] = [];
  for (const [index, step] of scenario.faults.entries()) {
    const seed = deriveSeed(setting.seed, "fault", index);
    prepared.push({
      step,
      fault: preparations.use(await step.fault.prepare(deployment, { seed })),
    });
  }
  let ticks = setting.cpuTicks();
  await using stream = await startLoad(setting, deployment);
  const steady = await awaitSteadyState(
    stream,
    scenario.steadyState,
    process.hrtime.bigint(),
    signal,
    () => {
      stream.accountAnew();
      ticks = setting.cpuTicks();
    },
  );

  onStage("fault");
  const schedule = await injectAll(
    { ...setting, signal, heartbeat: scenario.heartbeat, onHealing: () => onStage("healing") },
    deployment,
    prepared,
  );
  onStage("measuring");
  const { moment } = schedule.first;
  await observe(scenario, stream, moment.monotonicNs, schedule.endNs, signal);
  const quality = await stream.stop();
  const stolen = stolenMs(ticks, setting.cpuTicks());
  onStage("ending");
  return observation(setting, deployment, {
    ...{ deployMs, steady, stream, quality },
    stolenMs: stolen,
    ...schedule,
  });
}

function startLoad(setting: TrialSetting, deployment: Deployment): Promise<ProberStream> {
  const { load, steadyState, faults, observeMs } = setting.scenario;
  const faultsMs = faults.reduce((sum, step) => sum + step.afterMs + (step.forMs ?? 0), 0);
  return ProberStream.start(deployment.node(load.client), {
    protocol: PROBE_PROTOCOL,
    run: setting.runId,
    trial: setting.index,
    addresses: [load.address, ...(load.otherAddresses ?? [])],
    port: load.port,
    path: load.path,
    headers: load.headers,
    ratePerSecond: load.ratePerSecond,
    arrivals: load.arrivals ?? { kind: "constant" },
    traffic: load.traffic ?? { kind: "fresh" },
    retries: load.retries ?? 0,
    seed: deriveSeed(setting.seed, "load", 0),
    connectTimeoutMs: load.connectTimeoutMs,
    totalTimeoutMs: load.totalTimeoutMs,
    maxDurationMs: steadyState.deadlineMs + faultsMs + observeMs + LOAD_MARGIN_MS,
    expectNodes: [],
  });
}

function observation(
  setting: TrialSetting,
  deployment: Deployment,
  seen: Schedule & {
    readonly deployMs: number;
    readonly steady: Steady;
    readonly stream: ProberStream;
    readonly quality: ProberQuality;
    readonly stolenMs: number | null;
  },
): TrialObservation {
  const { scenario } = setting;
  const { hurt } = seen;
  const { monotonicNs: injectedNs, uncertaintyNs } = seen.first.moment;
  const events = mergeEvents(deployment.events(), seen.faultEvents);
  const probes = seen.stream.records;
  const measured = measureTrial({
    probes,
    events,
    armedNs: seen.steady.armedNs,
    steadyNs: seen.steady.sinceNs,
    injectedNs,
    uncertaintyNs,
    stableMs: scenario.stableMs,
    ...scenario.marks(hurt),
  });
  const lastIntended = probes.reduce(
    (last, { intendedNs }) => (BigInt(intendedNs) > last ? BigInt(intendedNs) : last),
    injectedNs,
  );
  return {
    trial: {
      index: setting.index,
      repeats: setting.repeats,
      seed: setting.seed,
      target: hurt.target,
      phase: phaseOf(scenario.heartbeat, events, hurt, injectedNs, seen.wantedMs),
      marks: measured.marks,
      phases: measured.phases,
      outage: measured.outage,
      clientGap: measured.clientGap,
      probes: measured.probes,
      faults: seen.faults,
      quality: seen.quality,
      alongside: [],
      abortedBy: null,
      stolenMs: seen.stolenMs,
      deployMs: seen.deployMs,
    },
    hurt,
    probes,
    events,
    injectedNs,
    observedMs: Number(lastIntended - injectedNs) / 1e6,
    baselineFailures: measured.baselineFailures,
    unverified: seen.faults
      .filter((fault) => !fault.verified.active)
      .map((fault) => `${fault.title} was not seen to be active: ${fault.verified.evidence}`),
  };
}

/** Folder of a trial's logs inside the run's. */
export function trialLogDirectory(runDirectory: string, index: number): string {
  return join(runDirectory, "logs", `trial-${index}`);
}
