import type { Measured } from "../report/record.ts";
import { deriveSeed, seededRandom } from "../statistics/random.ts";
import { msBetween, nsOfMs } from "./monotonic.ts";

/**
 * Where in a heartbeat a fault falls. Spread evenly over the period by design, and measured
 * afterwards from beats that were seen; never assumed.
 */

/** Beats further apart than this many periods before the fault say nothing about its phase. */
const STALE_PERIODS = 1.5;

/**
 * Phases for n trials as fractions of the period, one in each of n equal strata, in random order.
 *
 * @param random uniform in [0, 1), seeded by the caller
 */
export function stratifiedPhases(n: number, random: () => number): number[] {
  const order = Array.from({ length: n }, (_, index) => index);
  for (let last = n - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[chosen] ?? 0;
    order[chosen] = kept;
  }
  // The quotient of a stratum's upper end can round up to 1.
  return order.map((stratum) => Math.min((stratum + random()) / n, 1 - Number.EPSILON));
}

/**
 * The phases of a run's trials, as its seed draws them.
 *
 * @throws RangeError when the seed is not a safe integer
 */
export function phasesBySeed(seed: number, trials: number): number[] {
  return stratifiedPhases(trials, seededRandom(deriveSeed(seed, "phases")));
}

/** The typical time between beats; null with fewer than two. Bursts and single lost beats do not move it. */
export function medianPeriod(beatsNs: readonly bigint[]): bigint | null {
  const gaps: bigint[] = [];
  const sorted = inOrder(beatsNs);
  for (const [index, beat] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before !== undefined) gaps.push(beat - before);
  }
  return inOrder(gaps)[Math.floor(gaps.length / 2)] ?? null;
}

/** What is needed to aim at a phase. */
export interface Aim {
  readonly lastBeatNs: bigint;
  /** Measured, not configured. */
  readonly periodNs: bigint;
  /** From a beat to the injection. */
  readonly wantedPhaseNs: bigint;
  readonly nowNs: bigint;
  /** What the environment needs between being told and acting. */
  readonly leadNs: bigint;
}

/**
 * The next time to inject at: the wanted phase after the last beat if that is far enough ahead,
 * else as many periods later as it takes.
 *
 * @throws RangeError when the period is not above 0
 */
export function nextInjection(aim: Aim): bigint {
  if (aim.periodNs <= 0n) {
    throw new RangeError(`periodNs is ${aim.periodNs}. Measure it from at least two beats.`);
  }
  const first = aim.lastBeatNs + aim.wantedPhaseNs;
  const earliest = aim.nowNs + aim.leadNs;
  if (first >= earliest) return first;
  const periods = (earliest - first + aim.periodNs - 1n) / aim.periodNs;
  return first + periods * aim.periodNs;
}

/** What a fault's phase is measured from. */
export interface PhaseEvidence {
  /** Beats that were seen, in any order. */
  readonly beatsNs: readonly bigint[];
  /** When the fault took effect. */
  readonly injectedNs: bigint;
  readonly periodNs: bigint;
  /**
   * Whether the fault must silence the beat, as the death of a VRRP master does. A checker goes on.
   */
  readonly silenced: boolean;
  /**
   * How far after the fault a silenced beat may still be seen: the stamps of both are that uncertain.
   * @default 2
   */
  readonly toleranceMs?: number;
}

/**
 * Milliseconds from the last beat to the fault. Slightly negative when the last beat of a silenced
 * sender came out within the tolerance after the fault: then that beat is what the others wait for.
 */
export function achievedPhase(evidence: PhaseEvidence): Measured {
  const { beatsNs, injectedNs, periodNs, silenced } = evidence;
  const toleranceMs = evidence.toleranceMs ?? 2;
  const limitNs = injectedNs + (silenced ? nsOfMs(toleranceMs) : 0n);
  const last = inOrder(beatsNs.filter((beat) => beat <= limitNs)).at(-1);
  if (last === undefined) return unknown("no beat was seen before the fault");

  const late = silenced && beatsNs.find((beat) => beat > limitNs);
  if (typeof late === "bigint") {
    return unknown(
      `a beat was seen ${text(msBetween(injectedNs, late))} after the fault, from a sender that should have been silent`,
    );
  }
  const phaseMs = msBetween(last, injectedNs);
  const periodMs = Number(periodNs) / 1e6;
  if (phaseMs > STALE_PERIODS * periodMs) {
    return unknown(
      `the last beat was seen ${text(phaseMs)} before the fault, more than ${STALE_PERIODS} periods of ${text(periodMs)}`,
    );
  }
  return { value: phaseMs };
}

function unknown(reason: string): Measured {
  return { value: null, reason };
}

function text(ms: number): string {
  return `${Number(ms.toFixed(1))} ms`;
}

function inOrder(times: readonly bigint[]): bigint[] {
  return [...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
