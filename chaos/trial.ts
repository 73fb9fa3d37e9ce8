import { join } from "node:path";
import { SoFar } from "./abort/so-far.ts";
import { abortBehind } from "./abort/trial-aborted.ts";
import { TrialWatch } from "./abort/trial-watch.ts";
import type { Deployment, Environment, TimelineEvent } from "./environment/environment.ts";
import type { UndoJournalFile } from "./faults/undo-journal.ts";
import { injectAll, type PreparedStep, type Schedule } from "./faults/schedule.ts";
import { RunningLoads, type LoadQualities } from "./load/running-loads.ts";
import { seenLoad, type AroundFault, type SeenLoad } from "./load/seen-load.ts";
import { stolenMs, type CpuTicks } from "./measurement/cpu-time.ts";
import { phaseOf } from "./measurement/heartbeat.ts";
import { measureTrial } from "./measurement/marks.ts";
import { observe } from "./measurement/observation.ts";
import type { ProbeRecord } from "./measurement/probe.ts";
import { mergeEvents } from "./measurement/timeline.ts";
import type { TrialRecord } from "./report/record.ts";
import type { Hurt, Scenario } from "./scenario.ts";
import { deriveSeed } from "./statistics/random.ts";
import { awaitSteadyState, NoSteadyState, type Steady } from "./steady-state/steady-state.ts";

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
  /** Of the main load. */
  readonly probes: readonly ProbeRecord[];
  /** What was seen of the loads beside it, in the scenario's order. */
  readonly alongside: readonly SeenLoad[];
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
 * @throws whatever went wrong first; `NoSteadyState`, `LabError`, `FaultError`, `TrialAborted`, or the
 *   signal's reason
 */
export async function runTrial(setting: TrialSetting): Promise<TrialObservation> {
  const { scenario, onStage } = setting;
  const soFar = new SoFar();
  using watch = new TrialWatch(scenario.abort ?? [], soFar);
  const stopped = AbortSignal.any([setting.signal, watch.signal]);
  onStage("deploying");
  const begin = performance.now();
  const deployment = await setting.environment.deploy(scenario.topology, stopped);
  soFar.deployment = deployment;
  await using _lab = {
    [Symbol.asyncDispose]: async () => {
      await deployment[Symbol.asyncDispose]();
      // Only now: a lab that did not end may still hold a fault.
      await setting.journal.allGone();
    },
  };
  const signal = AbortSignal.any([stopped, deployment.lost]);
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
  const loadTicks = setting.cpuTicks();
  let ticks = loadTicks;
  await using loads = await RunningLoads.start(deployment, setting);
  soFar.loads = loads;
  const steady = await awaitSteadyState(
    loads.streams,
    scenario.steadyState,
    process.hrtime.bigint(),
    signal,
    () => {
      loads.accountAnew();
      ticks = setting.cpuTicks();
    },
  ).catch((error: unknown) => {
    if (error instanceof NoSteadyState) error.addStolen(stolenMs(loadTicks, setting.cpuTicks()));
    throw error;
  });
  soFar.armedNs = steady.armedNs;

  onStage("fault");
  const schedule = await injectAll(
    {
      ...setting,
      signal,
      heartbeat: scenario.heartbeat,
      blastRadius: scenario.blastRadius ?? {},
      onHealing: () => onStage("healing"),
      onEvent: (event) => soFar.faultEvents.push(event),
    },
    deployment,
    prepared,
  ).catch((error: unknown) => {
    abortBehind(error)?.addEvidence(soFar.evidence());
    throw error;
  });
  onStage("measuring");
  const { moment } = schedule.first;
  const beside = loads.alongside.map(({ stream }) => stream);
  await observe(scenario, loads.main, moment.monotonicNs, schedule.endNs, signal, beside);
  watch[Symbol.dispose]();
  watch.signal.throwIfAborted();
  const qualities = await loads.stop();
  const stolen = stolenMs(ticks, setting.cpuTicks());
  onStage("ending");
  return observation(setting, deployment, {
    ...{ deployMs, steady, loads, qualities },
    stolenMs: stolen,
    ...schedule,
  });
}

function observation(
  setting: TrialSetting,
  deployment: Deployment,
  seen: Schedule & {
    readonly deployMs: number;
    readonly steady: Steady;
    readonly loads: RunningLoads;
    readonly qualities: LoadQualities;
    readonly stolenMs: number | null;
  },
): TrialObservation {
  const { scenario } = setting;
  const { hurt, steady, loads, qualities } = seen;
  const { monotonicNs: injectedNs, uncertaintyNs } = seen.first.moment;
  const events = mergeEvents(deployment.events(), seen.faultEvents);
  const probes = loads.main.records;
  const measured = measureTrial({
    probes,
    events,
    armedNs: steady.armedNs,
    steadyNs: steady.sinceNs,
    injectedNs,
    uncertaintyNs,
    lastInjectedNs: BigInt(seen.faults.at(-1)?.injectedNs ?? injectedNs),
    stableMs: scenario.stableMs,
    ...scenario.marks(hurt),
  });
  const { recovered } = measured.marks;
  const around: AroundFault = {
    steadyNs: steady.sinceNs,
    injectedNs,
    uncertaintyNs,
    recoveredNs: recovered.atMs === null ? null : BigInt(recovered.monotonicNs),
  };
  const alongside = loads.alongside.map(({ load: { id }, stream }) =>
    seenLoad(id, stream.records, qualities.alongside.get(id) ?? null, around),
  );
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
      quality: qualities.main,
      alongside: alongside.map(({ record }) => record),
      abortedBy: null,
      stolenMs: seen.stolenMs,
      deployMs: seen.deployMs,
    },
    hurt,
    probes,
    alongside,
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
