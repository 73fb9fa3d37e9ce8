import type { ProbeRecord } from "./probe.ts";
import { msBetween, nsOfMs } from "./monotonic.ts";

/** Of how many intervals before the fault the median tells how far apart probes are. */
const INTERVALS = 20;

/** A probe with its times as numbers that compare. */
export interface TimedProbe {
  readonly record: ProbeRecord;
  readonly intendedNs: bigint;
  readonly sentNs: bigint;
  readonly completedNs: bigint;
  readonly failed: boolean;
}

/** Probes in the order in which they were meant to start. */
export function timedProbes(records: readonly ProbeRecord[]): TimedProbe[] {
  return records
    .map((record) => ({
      record,
      intendedNs: BigInt(record.intendedNs),
      sentNs: BigInt(record.sentNs),
      completedNs: BigInt(record.completedNs),
      failed: record.outcome !== "ok",
    }))
    .sort((a, b) => a.record.seq - b.record.seq);
}

/** What decides which success is the recovery. */
export interface RecoveryInput {
  /** In the order of intended times. */
  readonly probes: readonly TimedProbe[];
  /** P1. */
  readonly injectedNs: bigint;
  /** The fault took effect within this distance of P1; a success sent so early may still have had the old path. */
  readonly uncertaintyNs: bigint;
  /** Whether a success came over the new path; default: any success did. */
  readonly viaNewPath: (probe: ProbeRecord) => boolean;
}

/**
 * How probes lived through a fault. Successes are dated by their completion, failures by the time at
 * which they were meant to start.
 *
 * - `outage`: a probe that was meant to start after the fault failed. The first of them is the
 *   impact. The recovery is the earliest completion among the successes that were meant to start
 *   after it: a success that was on its way when the failures began says nothing about the new path.
 *   When only some requests are hit (one backend of three is dead) that success comes at once; the
 *   failures after it are then what matters, not the outage.
 * - `stall`: none of them failed, but the first to complete took longer than any probe before the
 *   fault plus one interval between probes; it ends the stall.
 * - `unharmed`: neither. Whatever happened was shorter than the prober can see.
 * - `unseen`: no probe was meant to start after the fault, or none of them ended well or badly.
 */
export type Recovery =
  | { readonly kind: "outage"; readonly impact: TimedProbe; readonly recovery: TimedProbe | null }
  | { readonly kind: "stall"; readonly recovery: TimedProbe }
  | { readonly kind: "unharmed" }
  | { readonly kind: "unseen" };

/** Finds impact and recovery of one fault. */
export function findRecovery(input: RecoveryInput): Recovery {
  const { probes, injectedNs } = input;
  const after = probes.filter((probe) => probe.intendedNs > injectedNs);
  const impact = after.find((probe) => probe.failed);
  if (impact !== undefined) {
    return { kind: "outage", impact, recovery: firstSuccessAfter(input, impact.intendedNs) };
  }
  const first = firstSuccessAfter(input, injectedNs);
  if (first === null) return { kind: "unseen" };
  return latencyNs(first) > longestBefore(probes, injectedNs) + intervalNs(probes, injectedNs)
    ? { kind: "stall", recovery: first }
    : { kind: "unharmed" };
}

/** The success that completed first among those that were meant to start after a time and sent after the fault. */
export function firstSuccessAfter(input: RecoveryInput, afterNs: bigint): TimedProbe | null {
  const earliestNs = input.injectedNs + input.uncertaintyNs;
  let first: TimedProbe | null = null;
  for (const probe of input.probes) {
    if (probe.failed || probe.intendedNs <= afterNs || probe.sentNs < earliestNs) continue;
    if (first !== null && probe.completedNs >= first.completedNs) continue;
    if (input.viaNewPath(probe.record)) first = probe;
  }
  return first;
}

/** The last probe that failed although it was still open at the fault, or began after it. */
export function lastFailure(probes: readonly TimedProbe[], injectedNs: bigint): TimedProbe | null {
  return probes.findLast((probe) => probe.failed && probe.completedNs >= injectedNs) ?? null;
}

/**
 * P7: `stableMs` after the last failing probe or the last fault, provided probes were sent for that long and none failed.
 *
 * @param fromNs when the hold begins: the last failure, or the last fault when nothing failed after it
 * @returns the time, or how long was observed instead, in milliseconds
 */
export function stableFrom(
  probes: readonly TimedProbe[],
  fromNs: bigint,
  stableMs: number,
): { readonly atNs: bigint } | { readonly observedMs: number } {
  const atNs = fromNs + nsOfMs(stableMs);
  const lastNs = probes.at(-1)?.intendedNs ?? fromNs;
  return lastNs >= atNs ? { atNs } : { observedMs: Math.max(0, msBetween(fromNs, lastNs)) };
}

function latencyNs(probe: TimedProbe): bigint {
  return probe.completedNs - probe.intendedNs;
}

/** Longest latency of a success before the fault; 0 without any. */
function longestBefore(probes: readonly TimedProbe[], injectedNs: bigint): bigint {
  let longest = 0n;
  for (const probe of probes) {
    if (probe.failed || probe.completedNs >= injectedNs) continue;
    if (latencyNs(probe) > longest) longest = latencyNs(probe);
  }
  return longest;
}

/**
 * From one probe to the next shortly before the fault: the median of the last ones, because intended times may
 * be drawn at random, and may follow one another faster and faster. 0 with fewer than two.
 */
function intervalNs(probes: readonly TimedProbe[], injectedNs: bigint): bigint {
  const before = probes.filter(({ intendedNs }) => intendedNs <= injectedNs);
  const last = before.slice(-1 - INTERVALS);
  const intervals = last.flatMap((probe, index) => {
    const next = last[index + 1];
    if (next === undefined) return [];
    // Those that were dropped lie between them.
    const steps = BigInt(Math.max(1, next.record.seq - probe.record.seq));
    return [(next.intendedNs - probe.intendedNs) / steps];
  });
  const ascending = intervals.toSorted((a, b) => Number(a - b));
  return ascending[Math.floor(ascending.length / 2)] ?? 0n;
}
