import type { Environment } from "../environment/environment.ts";
import type { ProberQuality } from "./probe.ts";

/** Scheduling lag that a trustworthy run in a lab may have, 99 of 100 probes. */
export const MAX_LAG_P99_MS = 5;
/** Delay of the prober's own event loop, 99 of 100 turns. */
const MAX_LOOP_DELAY_P99_MS = 10;
/**
 * Around a dying container the engine itself keeps the processors busy, and a prober on the same machine
 * is 5 to 15 ms late. Every bound is widened by the lag, and none is judged by one that is more than a
 * tenth of it, so such a run still says something.
 */
const TIMES_IN: Readonly<Record<Environment["kind"], number>> = { namespace: 1, docker: 5 };
/** A bound is judged only with a resolution that so many times is below it. */
export const BOUND_PER_RESOLUTION = 10;
/** What helps a prober that is late. */
const QUIETER = "Run on a quieter machine or at a lower rate.";

/** What a run's measurement has to be good enough for. */
export interface QualityDemand {
  /** The smallest duration that any objective compares with; null when none is a duration. */
  readonly smallestBoundMs: number | null;
  /** The highest at which its probes were due. */
  readonly ratePerSecond: number;
  /** How far apart its probes were due at most, from the fault on. @default 1000 / ratePerSecond */
  readonly gapMs?: number;
  /** What it ran in. @default "namespace" */
  readonly environment?: Environment["kind"];
  /** Probes that failed before the fault. */
  readonly baselineFailures: number;
}

/** Whether a measurement can be trusted. */
export interface QualityVerdict {
  readonly valid: boolean;
  /** What the run can tell apart, the distance of its probes or their lag, and by how much its bounds are widened. */
  readonly resolutionMs: number;
  /** Everything that speaks against it, with each next step once: after the last that asks for it. Empty when valid. */
  readonly reasons: readonly string[];
  /** It is not valid, and every reason follows from the prober having been late. */
  readonly onlyLate: boolean;
}

/**
 * The prober's self-check. A run that fails it says nothing about the system: it is invalid,
 * neither passed nor failed. All reasons are given at once.
 */
export function judgeQuality(quality: ProberQuality, demand: QualityDemand): QualityVerdict {
  const { gapMs = 1_000 / demand.ratePerSecond } = demand;
  const resolution = Math.max(gapMs, quality.lagP99Ms);
  const bound = demand.smallestBoundMs;
  const times = TIMES_IN[demand.environment ?? "namespace"];
  const [maxLagMs, maxLoopDelayMs] = [MAX_LAG_P99_MS * times, MAX_LOOP_DELAY_P99_MS * times];
  const doubts: { readonly what: string; readonly next: string; readonly late: boolean }[] = [];
  const doubt = (what: string, next: string, cause: "late" | "other"): void => {
    doubts.push({ what, next, late: cause === "late" });
  };
  if (quality.sent === 0) {
    doubt("no probe was sent", "Look at the prober's own output.", "other");
  }
  if (quality.lagP99Ms >= maxLagMs) {
    doubt(
      `probes were sent ${ms(quality.lagP99Ms)} late (p99; below ${maxLagMs} ms is needed)`,
      QUIETER,
      "late",
    );
  }
  if (quality.eventLoopDelayP99Ms >= maxLoopDelayMs) {
    doubt(
      `the prober's event loop was ${ms(quality.eventLoopDelayP99Ms)} late (p99; below ${maxLoopDelayMs} ms is needed)`,
      QUIETER,
      "late",
    );
  }
  if (quality.dropped > 0) {
    // What fell due while it stood still is sent at once afterwards, up to what may be open.
    const dueWhileLate = (quality.lagMaxMs / 1000) * demand.ratePerSecond;
    doubt(
      `${quality.dropped} probes were due and not sent`,
      "Lower the rate or the total timeout, or free ports and descriptors.",
      quality.dropped <= dueWhileLate ? "late" : "other",
    );
  }
  if (demand.baselineFailures > 0) {
    doubt(
      `${demand.baselineFailures} probes failed before the fault`,
      "Find out why the steady state did not hold.",
      "other",
    );
  }
  if (bound !== null && resolution * BOUND_PER_RESOLUTION >= bound) {
    const byLag = gapMs * BOUND_PER_RESOLUTION < bound;
    doubt(
      `a resolution of ${fine(resolution)} cannot judge a bound of ${fine(bound)} (below ${fine(bound / BOUND_PER_RESOLUTION)} is needed)`,
      byLag ? QUIETER : "Raise the rate.",
      byLag ? "late" : "other",
    );
  }
  // A single stall hides behind the p99 of a long run; one as long as the bound could be the whole result.
  if (bound !== null && quality.lagMaxMs >= bound) {
    doubt(
      `the prober stood still for ${ms(quality.lagMaxMs)}, as long as the smallest bound (${ms(bound)})`,
      "Repeat the run.",
      "late",
    );
  }
  return {
    valid: doubts.length === 0,
    resolutionMs: resolution,
    reasons: doubts.map(({ what, next }, index) =>
      doubts.slice(index + 1).some((later) => later.next === next) ? what : `${what}. ${next}`,
    ),
    onlyLate: doubts.length > 0 && doubts.every(({ late }) => late),
  };
}

function ms(value: number): string {
  return `${Number(value.toFixed(1))} ms`;
}

/** To the microsecond, so that what is too coarse by little does not read as enough. */
function fine(value: number): string {
  return `${Number(value.toFixed(3))} ms`;
}
