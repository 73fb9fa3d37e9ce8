import type { LaneRow } from "./lane.ts";
import type { Printer } from "./printer.ts";
import type { SeenProbe, SeenTrial } from "./trial-streams.ts";

/** Requests of one step of the drawing at least: fewer would show chance. */
const LEAST_REQUESTS = 30;
/** More steps are too narrow to be told apart. */
const MOST_STEPS = 60;
/** Deviations of a binomial share that are no chance, over all steps of all backends. */
const CONSPICUOUS = 3.5;

const HEIGHT = 26;

/** A stretch of time and the share of its requests that one backend answered. */
export interface ShareStep {
  readonly fromMs: number;
  readonly toMs: number;
  /** 0 to 1. */
  readonly share: number;
}

/** A backend whose share of the requests changed after the fault. */
export interface ChangedShare {
  readonly backend: string;
  /** Number of the line of its first probe. */
  readonly line: number;
  readonly steps: readonly ShareStep[];
}

/**
 * Backends that answered more or fewer of the requests after the fault than before it, with their
 * shares in steps of equally many requests.
 *
 * @param probes in the order of time
 */
export function changedShares(probes: readonly SeenProbe[]): ChangedShare[] {
  const answered = probes.filter(({ probe }) => probe.node !== null);
  const size = Math.max(LEAST_REQUESTS, Math.ceil(answered.length / MOST_STEPS));
  const before = answered.filter(({ intendedMs }) => intendedMs < 0);
  const after = answered.filter(({ intendedMs }) => intendedMs >= 0);
  if (before.length < size || after.length < size) return [];
  const steps = Array.from({ length: Math.floor(answered.length / size) }, (_, step) =>
    answered.slice(step * size, (step + 1) * size),
  );
  const first = new Map(answered.toReversed().map((one) => [one.probe.node ?? "", one.line]));
  const changed = [...first].flatMap(([backend, line]): ChangedShare[] => {
    const usual = shareOf(backend, before);
    const isConspicuous = (some: readonly SeenProbe[]): boolean =>
      Math.abs(shareOf(backend, some) - usual) >
      CONSPICUOUS * Math.sqrt((usual * (1 - usual)) / some.length);
    const later = steps.filter((step) => (step[0]?.intendedMs ?? -1) >= 0);
    if (![after, ...later].some(isConspicuous)) return [];
    return [
      {
        backend,
        line,
        steps: steps.map((step, index) => ({
          fromMs: step[0]?.intendedMs ?? 0,
          toMs: steps[index + 1]?.[0]?.intendedMs ?? step.at(-1)?.intendedMs ?? 0,
          share: shareOf(backend, step),
        })),
      },
    ];
  });
  return changed.toSorted((a, b) => (a.backend < b.backend ? -1 : 1));
}

/** Who answered how much, as heights over time; the largest share of any is a whole row. */
export function shareRows(print: Printer, seen: SeenTrial): LaneRow[] {
  const changed = changedShares(seen.probes);
  const largest = Math.max(...changed.flatMap(({ steps }) => steps.map(({ share }) => share)));
  return changed.map(({ line, steps }) => ({
    name: print.text(`probes:${line}/node`),
    height: HEIGHT,
    items: [
      {
        kind: "heights",
        steps: steps.map(({ share, ...times }) => ({ ...times, height: share / largest })),
      },
    ],
  }));
}

function shareOf(backend: string, probes: readonly SeenProbe[]): number {
  return probes.filter(({ probe }) => probe.node === backend).length / probes.length;
}
