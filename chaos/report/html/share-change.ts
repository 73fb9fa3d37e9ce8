import { deviationsApart, heterogeneity } from "../../statistics/homogeneity.ts";
import type { SeenProbe } from "./trial-streams.ts";

/** Requests of one step of the drawing at least: fewer would show chance. */
const LEAST_REQUESTS = 30;
/** More steps are too narrow to be told apart. */
const MOST_STEPS = 60;

/**
 * Chance, over all comparisons of a trial, that shares which stayed the same are called changed. Half of
 * it is for the whole time, half for the steps together.
 */
const FALSE_ALARM = 0.002;
/** The same for one backend once the whole has changed, before it is divided by the number of steps. */
const FALSE_BACKEND = 0.01;

/** A stretch of time and the share of its requests that one backend answered. */
export interface ShareStep {
  readonly fromMs: number;
  readonly toMs: number;
  /** 0 to 1. */
  readonly share: number;
  /** Whether it, or the whole stretch of steps on the same side, may differ from before by chance. */
  readonly asBefore: boolean;
}

/** A backend whose share of the requests changed after the fault. */
export interface ChangedShare {
  readonly backend: string;
  /** Number of the line of its first probe. */
  readonly line: number;
  /** Its share before the fault, while the pool stayed as it was: 0 to 1. */
  readonly usual: number;
  readonly steps: readonly ShareStep[];
}

/**
 * Backends that answered more or fewer of the requests after the fault than before it, with their
 * shares in steps of equally many requests.
 *
 * Both samples are finite, so both may be off by chance. The shares of all backends are compared
 * first, over the whole time and step by step; only when one of these comparisons is no chance is it
 * asked which backends changed. Selection in turns varies less than chance, which only makes this more
 * careful.
 *
 * @param probes in the order of time
 * @param steadyFromMs when the pool last changed before the fault; what was answered before is drawn, not compared
 */
export function changedShares(
  probes: readonly SeenProbe[],
  steadyFromMs = Number.NEGATIVE_INFINITY,
): ChangedShare[] {
  const answered = probes.filter(({ probe }) => probe.node !== null);
  const before = answered.filter(({ intendedMs }) => intendedMs < 0 && intendedMs >= steadyFromMs);
  const after = answered.filter(({ intendedMs }) => intendedMs >= 0);
  if (before.length < LEAST_REQUESTS || after.length < LEAST_REQUESTS) return [];
  const size = Math.max(LEAST_REQUESTS, Math.ceil(answered.length / MOST_STEPS));
  const steps: readonly (readonly SeenProbe[])[] = Array.from(
    { length: Math.floor(answered.length / size) },
    (_, step) => answered.slice(step * size, (step + 1) * size),
  );
  const ends = new Map(
    steps.map((step, index) => [
      step,
      steps[index + 1]?.[0]?.intendedMs ?? step.at(-1)?.intendedMs ?? 0,
    ]),
  );
  const later = steps.filter((step) => (step[0]?.intendedMs ?? -1) >= 0);
  const first = new Map(answered.toReversed().map((one) => [one.probe.node ?? "", one.line]));
  const backends = [...first.keys()].toSorted();
  const countsOf = (some: readonly SeenProbe[]): number[] =>
    backends.map((backend) => countOf(backend, some));
  const usual = countsOf(before);
  const differs = (some: readonly SeenProbe[], chance: number): boolean =>
    heterogeneity(usual, countsOf(some)) > deviateOf(chance);
  const forSteps = FALSE_ALARM / 2 / Math.max(later.length, 1);
  if (!differs(after, FALSE_ALARM / 2) && !later.some((step) => differs(step, forSteps))) return [];
  const apart = (index: number, some: readonly SeenProbe[]): number =>
    deviationsApart({
      count: usual[index] ?? 0,
      of: before.length,
      otherCount: countOf(backends[index] ?? "", some),
      otherOf: some.length,
    });
  // Two sides: more and fewer.
  const overall = deviateOf(FALSE_BACKEND / 2);
  const inStep = deviateOf(FALSE_BACKEND / 2 / (later.length + 1));
  return backends.flatMap((backend, index): ChangedShare[] => {
    if (apart(index, after) <= overall && !later.some((step) => apart(index, step) > inStep)) {
      return [];
    }
    const usualShare = (usual[index] ?? 0) / before.length;
    const stretches = stretchesOf(
      steps,
      (step) => countOf(backend, step) / step.length >= usualShare,
    );
    return [
      {
        backend,
        line: first.get(backend) ?? 0,
        usual: usualShare,
        steps: stretches.flatMap((stretch) => {
          const asBefore =
            apart(
              index,
              stretch.flatMap((step) => [...step]),
            ) <= overall;
          return stretch.map((step) => ({
            fromMs: step[0]?.intendedMs ?? 0,
            toMs: ends.get(step) ?? 0,
            share: countOf(backend, step) / step.length,
            asBefore,
          }));
        }),
      },
    ];
  });
}

/** Neighbouring steps of which the same is true; none reaches over the fault. */
function stretchesOf(
  steps: readonly (readonly SeenProbe[])[],
  isAbove: (step: readonly SeenProbe[]) => boolean,
): readonly (readonly SeenProbe[])[][] {
  const kindOf = (step: readonly SeenProbe[]): string =>
    `${(step[0]?.intendedMs ?? 0) >= 0} ${isAbove(step)}`;
  const stretches: (readonly SeenProbe[])[][] = [];
  for (const step of steps) {
    const stretch = stretches.at(-1);
    if (stretch?.[0] !== undefined && kindOf(stretch[0]) === kindOf(step)) stretch.push(step);
    else stretches.push([step]);
  }
  return stretches;
}

function countOf(backend: string, probes: readonly SeenProbe[]): number {
  return probes.filter(({ probe }) => probe.node === backend).length;
}

/** The deviate that a standard normal value exceeds with a small chance (Abramowitz and Stegun 26.2.23). */
function deviateOf(chance: number): number {
  const t = Math.sqrt(-2 * Math.log(chance));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  return t - above / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
