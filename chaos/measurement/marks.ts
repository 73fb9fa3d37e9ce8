import type { EventLine } from "../../balancer/index.ts";
import {
  PHASES,
  type Mark,
  type MarkName,
  type Measured,
  type PhaseId,
  type TrialRecord,
} from "../report/record.ts";
import { countProbes } from "./counts.ts";
import { msBetween } from "./monotonic.ts";
import type { ProbeRecord } from "./probe.ts";
import {
  findRecovery,
  firstSuccessAfter,
  lastFailure,
  stableFrom,
  timedProbes,
  type Recovery,
  type RecoveryInput,
} from "./recovery.ts";
import { firstEvent, type EventPredicate } from "./timeline.ts";

/** Which event is a mark; or why this scenario has none. */
export type EventMark =
  | { readonly title: string; readonly matches: EventPredicate }
  | { readonly absent: string };

/** What one trial saw, and what in it means what. */
export interface MarksInput {
  readonly probes: readonly ProbeRecord[];
  readonly events: readonly EventLine[];
  /** P0: when the steady state had held. */
  readonly armedNs: bigint | null;
  /**
   * Since when it had held: probes that failed before that were waited out.
   * @default 0n, from the first probe on
   */
  readonly steadyNs?: bigint;
  /** P1: when the fault took effect. */
  readonly injectedNs: bigint;
  /**
   * The effect lies within this distance before or after P1.
   * @default 0n
   */
  readonly uncertaintyNs?: bigint;
  /**
   * When the last of several faults took effect: nothing is stable while faults are yet to come.
   * @default injectedNs, of a single fault
   */
  readonly lastInjectedNs?: bigint;
  /** Without failures for this long the recovery counts as stable. */
  readonly stableMs: number;
  /** P3: a checker or a peer decides that something is dead. */
  readonly detected: EventMark;
  /** P4: the decision takes effect: address present, backend out of the pool. */
  readonly elected: EventMark;
  /** P5: the client's view has changed. */
  readonly moved: EventMark;
  /** Whether a success came over the new path; default: any success did. */
  readonly viaNewPath?: (probe: ProbeRecord) => boolean;
}

/** What the marks say of a trial. */
export interface TrialMeasurement extends Pick<
  TrialRecord,
  "marks" | "phases" | "outage" | "clientGap" | "probes"
> {
  /** Failed probes of the steady state, ended before the fault; any makes the run invalid. */
  readonly baselineFailures: number;
  /** Probes that were open at the fault and failed. */
  readonly inFlightFailed: number;
  /** What a reader of the numbers should know. */
  readonly notes: readonly string[];
}

/**
 * Marks P0 to P7 of one trial, the phases between them, its outage and its counts.
 *
 * The outage is P6 − P1. When no probe failed there is no P2 and no P6, and the outage is 0 with a
 * note: it was shorter than the prober can see. It is null, never 0, when no probe saw the time
 * after the fault. Phases are differences of stamps of two sources and may be negative by their
 * uncertainty; they are not clamped.
 */
export function measureTrial(input: MarksInput): TrialMeasurement {
  const { injectedNs } = input;
  const probes = timedProbes(input.probes);
  const uncertaintyNs = input.uncertaintyNs ?? 0n;
  const viaNewPath = input.viaNewPath ?? (() => true);
  const seen: RecoveryInput = { probes, injectedNs, uncertaintyNs, viaNewPath };
  const recovery = findRecovery(seen);

  const at = (monotonicNs: bigint, seenBy: string): Mark => ({
    atMs: msBetween(injectedNs, monotonicNs),
    monotonicNs: monotonicNs.toString(),
    seenBy,
  });
  const ofEvent = (wanted: EventMark): Mark => {
    if ("absent" in wanted) return { atMs: null, reason: wanted.absent };
    const event = firstEvent(input.events, wanted.matches, injectedNs - uncertaintyNs);
    return event === undefined
      ? { atMs: null, reason: `no event "${wanted.title}" after the fault` }
      : at(BigInt(event.monotonicNs), `${event.type} of ${event.process} on ${event.node}`);
  };

  const observedMs = Math.max(0, msBetween(injectedNs, probes.at(-1)?.intendedNs ?? injectedNs));
  const recovered = recoveredMark(recovery, observedMs, at);
  const marks: Record<MarkName, Mark> = {
    armed:
      input.armedNs === null
        ? { atMs: null, reason: "the steady state was never reached" }
        : at(input.armedNs, "prober"),
    injected: at(injectedNs, "environment"),
    impact:
      recovery.kind === "outage"
        ? at(recovery.impact.intendedNs, `prober, ${recovery.impact.record.outcome}`)
        : { atMs: null, reason: unseenOr(recovery, "no probe that began after the fault failed") },
    detected: ofEvent(input.detected),
    elected: ofEvent(input.elected),
    moved: ofEvent(input.moved),
    recovered,
    stable: stableMark(),
  };

  function stableMark(): Mark {
    if (recovered.atMs === null && recovery.kind !== "unharmed") {
      return { atMs: null, reason: recovered.reason };
    }
    const lastInjectedNs = input.lastInjectedNs ?? injectedNs;
    const failedNs = lastFailure(probes, injectedNs)?.intendedNs ?? null;
    const failedLast = failedNs !== null && failedNs >= lastInjectedNs;
    const held = stableFrom(probes, failedLast ? failedNs : lastInjectedNs, input.stableMs);
    if ("atNs" in held) return at(held.atNs, "prober");
    const fault = lastInjectedNs === injectedNs ? "the fault" : "the last fault";
    const since = failedLast ? "the last failed probe" : fault;
    return {
      atMs: null,
      reason: `observed for ${text(held.observedMs)} after ${since}, ${text(input.stableMs)} are needed`,
    };
  }

  const counts = countProbes(
    probes,
    input.steadyNs ?? 0n,
    injectedNs,
    uncertaintyNs,
    recovered.atMs === null ? null : BigInt(recovered.monotonicNs),
  );
  return {
    marks,
    phases: phasesOf(marks),
    outage: outageOf(recovery, recovered),
    clientGap: clientGapOf(seen, recovered, recovery),
    ...counts,
    notes: notesOf(recovery, counts.probes.failedAfter, counts.inFlightFailed),
  };
}

/** The published intervals between marks; null with the reason of the mark that is missing. */
export function phasesOf(marks: Readonly<Record<MarkName, Mark>>): Record<PhaseId, Measured> {
  const between = (from: MarkName, to: MarkName): Measured => {
    const [begin, end] = [marks[from], marks[to]];
    if (begin.atMs === null) return { value: null, reason: `no mark "${from}": ${begin.reason}` };
    if (end.atMs === null) return { value: null, reason: `no mark "${to}": ${end.reason}` };
    return { value: end.atMs - begin.atMs };
  };
  return Object.fromEntries(
    PHASES.map((phase) => [phase.id, between(phase.from, phase.to)]),
  ) as Record<PhaseId, Measured>;
}

function recoveredMark(
  recovery: Recovery,
  observedMs: number,
  at: (ns: bigint, seenBy: string) => Mark,
): Mark {
  const reason = unseenOr(recovery, "no probe failed, so there was nothing to recover from");
  if (recovery.kind === "unseen" || recovery.kind === "unharmed") return { atMs: null, reason };
  if (recovery.recovery === null) {
    return {
      atMs: null,
      reason: `not recovered within the ${text(observedMs)} that were observed after the fault`,
    };
  }
  const { node, balancer } = recovery.recovery.record;
  const answered = [balancer, node].filter((name) => name !== null).join(", ");
  const seenBy = answered === "" ? "prober" : `prober, answered by ${answered}`;
  return at(recovery.recovery.completedNs, seenBy);
}

function outageOf(recovery: Recovery, recovered: Mark): Measured {
  if (recovered.atMs !== null) return { value: recovered.atMs };
  return recovery.kind === "unharmed" ? { value: 0 } : { value: null, reason: recovered.reason };
}

/** From the first failed probe, also one that was open at the fault, to the first success after it. */
function clientGapOf(seen: RecoveryInput, recovered: Mark, recovery: Recovery): Measured {
  if (recovery.kind === "stall") {
    return { value: msBetween(recovery.recovery.intendedNs, recovery.recovery.completedNs) };
  }
  if (recovery.kind === "unseen") return { value: null, reason: unseenOr(recovery, "") };
  const first = seen.probes.find((probe) => probe.failed && probe.completedNs >= seen.injectedNs);
  if (first === undefined) return { value: 0 };
  const end =
    recovery.kind === "outage" ? recovery.recovery : firstSuccessAfter(seen, first.intendedNs);
  if (end !== null) return { value: msBetween(first.intendedNs, end.completedNs) };
  const reason = recovered.atMs === null ? recovered.reason : "no success followed";
  return { value: null, reason };
}

function notesOf(recovery: Recovery, failedAfter: number, inFlightFailed: number): string[] {
  const notes: string[] = [];
  if (recovery.kind === "unharmed") {
    notes.push("no probe failed: an outage, if there was one, was shorter than the prober can see");
  }
  if (recovery.kind === "stall") {
    notes.push("no probe failed, but none was answered until the end of the outage");
  }
  if (recovery.kind === "outage" && recovery.recovery !== null && failedAfter > 0) {
    notes.push(
      `${failedAfter} probes failed after the first success: only some requests were hit, or the path came and went; read the counts and "stable", not the outage alone`,
    );
  }
  if (inFlightFailed > 0) {
    notes.push(`${inFlightFailed} probes that were open at the fault failed`);
  }
  return notes;
}

function unseenOr(recovery: Recovery, reason: string): string {
  return recovery.kind === "unseen" ? "no probe was sent after the fault" : reason;
}

function text(ms: number): string {
  return `${Number(ms.toFixed(1))} ms`;
}
