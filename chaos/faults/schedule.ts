import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment, TimelineEvent } from "../environment/environment.ts";
import { beatsOf } from "../measurement/heartbeat.ts";
import { medianPeriod, nextInjection } from "../measurement/phase.ts";
import type { FaultRecord } from "../report/record.ts";
import { DownGuard } from "../blast-radius/down-guard.ts";
import type { BlastRadius, FaultStep, Heartbeat, Hurt } from "../scenario.ts";
import type { InjectedFault, PreparedFault, UndoJournal, Verification } from "./fault.ts";
import { macOfAddress, ownerOfAddress } from "./target.ts";

/** What the environment needs between being told and acting. */
const LEAD_MS = 6;
/** Beats that must have been seen before a phase can be aimed at. */
const BEATS_TO_AIM = 3;
/** How long the next beat may take, in periods. */
const FRESH_BEAT_PERIODS = 2;
/** How long the first beats may take, in periods. */
const BEAT_PATIENCE_PERIODS = 8;
const LOOK_EVERY_MS = 2;

/** A fault that is ready, and the step of the scenario that it belongs to. */
export interface PreparedStep {
  readonly step: FaultStep;
  readonly fault: PreparedFault;
}

/** What the schedule of one trial is run with. */
export interface ScheduleSetting {
  readonly heartbeat: Heartbeat | undefined;
  /** Where in the heartbeat to inject, as a fraction of its period. */
  readonly phaseFraction: number;
  readonly journal: UndoJournal;
  readonly signal: AbortSignal;
  readonly onHealing: () => void;
  /** How much may be down at once. @default never all balancers nor all backends of a pool */
  readonly blastRadius?: BlastRadius;
  /** Told of every event as it happens; they are in the result as well. */
  readonly onEvent?: (event: TimelineEvent) => void;
}

/** The faults of a trial after all of them were injected, and healed where the scenario says so. */
export interface Schedule {
  readonly hurt: Hurt;
  readonly first: InjectedFault;
  readonly faults: readonly FaultRecord[];
  readonly faultEvents: readonly TimelineEvent[];
  readonly wantedMs: number | null;
  /** Injection or healing of the last fault, whichever came last. */
  readonly endNs: bigint;
}

/**
 * Injects the faults of a trial one after another and heals those that the scenario says to heal,
 * also when a later step throws. The first is aimed at its phase of the heartbeat.
 *
 * @throws TrialAborted when a fault would take down more than the blast radius allows
 */
export async function injectAll(
  setting: ScheduleSetting,
  deployment: Deployment,
  prepared: readonly PreparedStep[],
): Promise<Schedule> {
  const records: FaultRecord[] = [];
  const events: TimelineEvent[] = [];
  let first: { readonly injected: InjectedFault; readonly hurt: Hurt } | undefined;
  let wantedMs: number | null = null;
  let endNs = process.hrtime.bigint();
  // Heals in reverse order, also when a later step throws.
  await using active = new AsyncDisposableStack();
  const guard = new DownGuard(setting.blastRadius ?? {}, deployment.topology, prepared);
  for (const { step, fault } of prepared) {
    await sleep(step.afterMs, undefined, { signal: setting.signal });
    const hurt = hurtBy(deployment, fault);
    const aim =
      first === undefined && setting.heartbeat !== undefined
        ? await aimAt(setting, deployment, setting.heartbeat, hurt)
        : null;
    wantedMs ??= aim?.wantedMs ?? null;
    setting.signal.throwIfAborted();
    guard.admit();
    const injected = await fault.inject({
      journal: setting.journal,
      signal: setting.signal,
      ...(aim === null ? {} : { atNs: aim.atNs }),
    });
    const { target, moment } = injected;
    // Without a time to heal it is active to the end, and ends with what `deploy` started.
    if (step.forMs !== undefined) active.use(injected);
    first ??= { injected, hurt: { ...hurt, target } };
    endNs = moment.monotonicNs;
    const tell = (type: TimelineEvent["type"], at: bigint, data: TimelineEvent["data"]): void => {
      const event = runnerEvent(type, at, { fault: step.fault.kind, target, ...data });
      events.push(event);
      setting.onEvent?.(event);
    };
    tell("fault.injected", moment.monotonicNs, { title: step.fault.title });
    const verified = await verifiedBy(injected, setting.signal);
    tell("fault.verified", process.hrtime.bigint(), { ...verified });
    let healedNs: bigint | null = null;
    if (step.forMs !== undefined) {
      await untilMonotonic(moment.monotonicNs, step.forMs, setting.signal);
      setting.onHealing();
      healedNs = (await injected.heal()).monotonicNs;
      tell("fault.healed", healedNs, {});
      endNs = healedNs;
    }
    records.push({
      kind: step.fault.kind,
      title: step.fault.title,
      target,
      ...(injected.parts === undefined ? {} : { parts: injected.parts }),
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

/** What a look at a fault shows. @throws the signal's reason, however long the look would go on */
async function verifiedBy(injected: InjectedFault, signal: AbortSignal): Promise<Verification> {
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const seen = await Promise.race([injected.verify(signal).catch(notSeen), stopped.promise]);
    // A look that it ended has not seen whether the fault is active.
    signal.throwIfAborted();
    return seen;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** A look at a fault that fails has not seen it. */
function notSeen(error: unknown): Verification {
  return { active: false, evidence: error instanceof Error ? error.message : String(error) };
}

/** Whom a fault would hurt now, and who serves now. */
function hurtBy(deployment: Deployment, fault: PreparedFault): Hurt {
  return {
    topology: deployment.topology,
    target: fault.aim(),
    owner: ownerOfAddress(deployment),
    ownerMac: macOfAddress(deployment),
  };
}

/** The time at which the injection falls into the heartbeat where it is wanted. */
async function aimAt(
  setting: ScheduleSetting,
  deployment: Deployment,
  heartbeat: Heartbeat,
  hurt: Hurt,
): Promise<{ readonly atNs: bigint; readonly wantedMs: number } | null> {
  const beats = (): bigint[] => beatsOf(deployment.events(), heartbeat, hurt);
  const awaitBeats = async (count: number, periods: number): Promise<void> => {
    const patience = performance.now() + heartbeat.periodMs * periods;
    while (beats().length < count && performance.now() < patience) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: setting.signal });
    }
  };
  await awaitBeats(BEATS_TO_AIM, BEAT_PATIENCE_PERIODS);
  // From a fresh beat most phases are reached without guessing when the next one comes.
  if (beats().length > 0) await awaitBeats(beats().length + 1, FRESH_BEAT_PERIODS);
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

async function untilMonotonic(fromNs: bigint, afterMs: number, signal: AbortSignal): Promise<void> {
  const end = fromNs + BigInt(Math.round(afterMs * 1e6));
  const remaining = Number(end - process.hrtime.bigint()) / 1e6;
  if (remaining > 0) await sleep(Math.ceil(remaining), undefined, { signal });
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
