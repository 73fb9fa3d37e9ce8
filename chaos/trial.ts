import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment, Environment, TimelineEvent } from "./environment/environment.ts";
import type { InjectedFault, PreparedFault, UndoJournal } from "./faults/fault.ts";
import { ownerOfAddress } from "./faults/target.ts";
import { ProberStream } from "./load/prober-stream.ts";
import { measureTrial } from "./measurement/marks.ts";
import { achievedPhase, medianPeriod, nextInjection } from "./measurement/phase.ts";
import { PROBE_PROTOCOL, type ProberQuality, type ProbeRecord } from "./measurement/probe.ts";
import { mergeEvents } from "./measurement/timeline.ts";
import type { FaultRecord, Measured, TrialRecord } from "./report/record.ts";
import type { FaultStep, Heartbeat, Hurt, Scenario } from "./scenario.ts";
import { awaitSteadyState } from "./steady-state/steady-state.ts";

/** What the lab host needs between being told and acting. */
const LEAD_MS = 6;
/** Beats that must have been seen before a phase can be aimed at. */
const BEATS_TO_AIM = 3;
/** How long the first beats may take, in periods. */
const BEAT_PATIENCE_PERIODS = 8;
const LOOK_EVERY_MS = 10;
/** Probes end by themselves this long after the trial should, if the engine dies. */
const LOAD_MARGIN_MS = 60_000;

/** What a trial is run with. */
export interface TrialSetting {
  readonly scenario: Scenario;
  readonly environment: Environment;
  readonly runId: string;
  readonly index: number;
  readonly seed: number;
  /** Where in the heartbeat to inject, as a fraction of its period. */
  readonly phaseFraction: number;
  readonly journal: UndoJournal;
  readonly signal: AbortSignal;
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
  readonly trial: Omit<TrialRecord, "objectives" | "verdict" | "reasons">;
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
  const { scenario, signal, onStage } = setting;
  onStage("deploying");
  const begin = performance.now();
  await using deployment = await setting.environment.deploy(scenario.topology, signal);
  const deployMs = performance.now() - begin;

  onStage("steady state");
  await using preparations = new AsyncDisposableStack();
  const prepared: { readonly step: FaultStep; readonly fault: PreparedFault }[] = [];
  for (const step of scenario.faults) {
    prepared.push({ step, fault: preparations.use(await step.fault.prepare(deployment)) });
  }
  await using stream = await startLoad(setting, deployment);
  const armedNs = await awaitSteadyState(
    stream,
    scenario.steadyState,
    process.hrtime.bigint(),
    signal,
  );

  onStage("fault");
  const schedule = await injectAll(setting, deployment, prepared);
  onStage("measuring");
  await observe(setting, stream, schedule.first.moment.monotonicNs, schedule.endNs);
  const quality = await stream.stop();
  onStage("ending");
  return observation(setting, deployment, { deployMs, armedNs, stream, quality, ...schedule });
}

/** The faults of a trial after all of them were injected, and healed where the scenario says so. */
interface Schedule {
  readonly hurt: Hurt;
  readonly first: InjectedFault;
  readonly faults: readonly FaultRecord[];
  readonly faultEvents: readonly TimelineEvent[];
  readonly wantedMs: number | null;
  /** Injection or healing of the last fault, whichever came last. */
  readonly endNs: bigint;
}

function startLoad(setting: TrialSetting, deployment: Deployment): Promise<ProberStream> {
  const { load, steadyState, faults, observeMs } = setting.scenario;
  const faultsMs = faults.reduce((sum, step) => sum + step.afterMs + (step.forMs ?? 0), 0);
  return ProberStream.start(deployment.node(load.client), {
    protocol: PROBE_PROTOCOL,
    run: setting.runId,
    trial: setting.index,
    address: load.address,
    port: load.port,
    path: load.path,
    headers: load.headers,
    ratePerSecond: load.ratePerSecond,
    connectTimeoutMs: load.connectTimeoutMs,
    totalTimeoutMs: load.totalTimeoutMs,
    maxDurationMs: steadyState.deadlineMs + faultsMs + observeMs + LOAD_MARGIN_MS,
    expectNodes: [],
  });
}

async function injectAll(
  setting: TrialSetting,
  deployment: Deployment,
  prepared: readonly { readonly step: FaultStep; readonly fault: PreparedFault }[],
): Promise<Schedule> {
  const records: FaultRecord[] = [];
  const events: TimelineEvent[] = [];
  let first: { readonly injected: InjectedFault; readonly hurt: Hurt } | undefined;
  let wantedMs: number | null = null;
  let endNs = process.hrtime.bigint();
  // Heals in reverse order, also when a later step throws.
  await using active = new AsyncDisposableStack();
  for (const { step, fault } of prepared) {
    await sleep(step.afterMs, undefined, { signal: setting.signal });
    const hurt = hurtBy(deployment, fault);
    const aim =
      first === undefined && setting.scenario.heartbeat !== undefined
        ? await aimAt(setting, deployment, setting.scenario.heartbeat, hurt)
        : null;
    wantedMs ??= aim?.wantedMs ?? null;
    setting.signal.throwIfAborted();
    const injected = await fault.inject({
      journal: setting.journal,
      ...(aim === null ? {} : { atNs: aim.atNs }),
    });
    const { target, moment } = injected;
    // Without a time to heal it is active to the end, and ends with what `deploy` started.
    if (step.forMs !== undefined) active.use(injected);
    first ??= { injected, hurt: { ...hurt, target } };
    endNs = moment.monotonicNs;
    const tell = (type: TimelineEvent["type"], at: bigint, data: TimelineEvent["data"]): void =>
      void events.push(runnerEvent(type, at, { fault: step.fault.kind, target, ...data }));
    tell("fault.injected", moment.monotonicNs, { title: step.fault.title });
    const verified = await injected.verify();
    tell("fault.verified", process.hrtime.bigint(), { ...verified });
    let healedNs: bigint | null = null;
    if (step.forMs !== undefined) {
      await untilMonotonic(moment.monotonicNs, step.forMs, setting.signal);
      setting.onStage("healing");
      healedNs = (await injected.heal()).monotonicNs;
      tell("fault.healed", healedNs, {});
      endNs = healedNs;
    }
    records.push({
      kind: step.fault.kind,
      title: step.fault.title,
      target,
      injectedNs: moment.monotonicNs.toString(),
      uncertaintyMs: Number(moment.uncertaintyNs) / 1e6,
      healedNs: healedNs?.toString() ?? null,
      verified,
    });
  }
  if (first === undefined) throw new RangeError("A scenario needs at least one fault.");
  return {
    hurt: first.hurt,
    first: first.injected,
    faults: records,
    faultEvents: events,
    wantedMs,
    endNs,
  };
}

/** Whom a fault would hurt now, and who serves now. */
function hurtBy(deployment: Deployment, fault: PreparedFault): Hurt {
  return {
    topology: deployment.topology,
    target: fault.aim(),
    owner: ownerOfAddress(deployment),
  };
}

/** The time at which the injection falls into the heartbeat where it is wanted. */
async function aimAt(
  setting: TrialSetting,
  deployment: Deployment,
  heartbeat: Heartbeat,
  hurt: Hurt,
): Promise<{ readonly atNs: bigint; readonly wantedMs: number } | null> {
  const beats = (): bigint[] => beatsOf(deployment.events(), heartbeat, hurt);
  const patience = performance.now() + heartbeat.periodMs * BEAT_PATIENCE_PERIODS;
  while (beats().length < BEATS_TO_AIM && performance.now() < patience) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: setting.signal });
  }
  const seen = beats();
  const lastBeatNs = seen.at(-1);
  const periodNs = medianPeriod(seen.slice(-10));
  // Without a heartbeat, as in a control without checks, there is no phase to aim at.
  if (lastBeatNs === undefined || periodNs === null) return null;
  const wantedPhaseNs = BigInt(Math.round(setting.phaseFraction * Number(periodNs)));
  const atNs = nextInjection({
    lastBeatNs,
    periodNs,
    wantedPhaseNs,
    nowNs: process.hrtime.bigint(),
    leadNs: BigInt(LEAD_MS * 1e6),
  });
  return { atNs, wantedMs: Number(wantedPhaseNs) / 1e6 };
}

function beatsOf(events: readonly TimelineEvent[], heartbeat: Heartbeat, hurt: Hurt): bigint[] {
  return events
    .filter((event) => heartbeat.isBeat(event, hurt))
    .map((event) => BigInt(event.monotonicNs))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Resolves when the recovery is stable, or when there was nothing to recover from for the whole time. */
async function observe(
  setting: TrialSetting,
  stream: ProberStream,
  injectedNs: bigint,
  endNs: bigint,
): Promise<void> {
  const { observeMs, stableMs, load } = setting.scenario;
  const until = endNs + BigInt(Math.round(observeMs * 1e6));
  // Until the last open probe could have failed, a recovery is not known to be stable.
  const quietNs = BigInt(Math.round((stableMs + load.totalTimeoutMs) * 1e6));
  while (process.hrtime.bigint() < until) {
    const { lastFailureNs, lastSuccessNs } = stream;
    const impact = lastFailureNs !== null && lastFailureNs >= injectedNs;
    const quietFrom = impact && lastFailureNs > endNs ? lastFailureNs : endNs;
    if (impact && lastSuccessNs !== null && lastSuccessNs - quietFrom >= quietNs) return;
    await sleep(LOOK_EVERY_MS, undefined, { signal: setting.signal });
  }
}

async function untilMonotonic(fromNs: bigint, afterMs: number, signal: AbortSignal): Promise<void> {
  const end = fromNs + BigInt(Math.round(afterMs * 1e6));
  const remaining = Number(end - process.hrtime.bigint()) / 1e6;
  if (remaining > 0) await sleep(remaining, undefined, { signal });
}

function observation(
  setting: TrialSetting,
  deployment: Deployment,
  seen: Schedule & {
    readonly deployMs: number;
    readonly armedNs: bigint;
    readonly stream: ProberStream;
    readonly quality: ProberQuality;
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
    armedNs: seen.armedNs,
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

function phaseOf(
  heartbeat: Heartbeat | undefined,
  events: readonly TimelineEvent[],
  hurt: Hurt,
  injectedNs: bigint,
  wantedMs: number | null,
): TrialRecord["phase"] {
  if (heartbeat === undefined) {
    const achieved: Measured = { value: null, reason: "no heartbeat decides this scenario" };
    return { of: null, periodMs: null, wantedMs: null, achieved };
  }
  const beatsNs = beatsOf(events, heartbeat, hurt);
  const periodNs = medianPeriod(beatsNs.filter((beat) => beat <= injectedNs).slice(-10));
  return {
    of: heartbeat.of,
    periodMs: periodNs === null ? null : Number(periodNs) / 1e6,
    wantedMs,
    achieved:
      periodNs === null
        ? { value: null, reason: "fewer than two beats were seen before the fault" }
        : achievedPhase({ beatsNs, injectedNs, periodNs, silenced: heartbeat.silenced }),
  };
}

function runnerEvent(
  type: TimelineEvent["type"],
  monotonicNs: bigint,
  data: TimelineEvent["data"],
): TimelineEvent {
  return {
    schema: "evenkeel.event/1",
    node: "environment",
    process: "runner",
    monotonicNs: monotonicNs.toString(),
    type,
    data,
  };
}

/** Folder of a trial's logs inside the run's. */
export function trialLogDirectory(runDirectory: string, index: number): string {
  return join(runDirectory, "logs", `trial-${index}`);
}
