/** Requests that failed, by reason. */
export interface Failures {
  /** Answered after the client's deadline, or given up at it. */
  readonly late: number;
  /** Answered with an error, or broken off by the end of the backend. */
  readonly errors: number;
  /** Sent to a backend where nobody listened. */
  readonly refused: number;
  /** No backend was allowed to take them. */
  readonly unserved: number;
}

/**
 * How long clients waited, in milliseconds from the arrival: of requests that were answered well or
 * too late, and of those given up the deadline. Errors are left out. Null without data; a percentile
 * also when fewer than 10 requests lie beyond it.
 */
export interface Waiting {
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  readonly maxMs: number | null;
  /** At each of `CURVE`. */
  readonly curveMs: readonly (number | null)[];
}

/** Quantiles of a curve: evenly spread by how many zeros 1 − q has, from the median to p99.99. */
export const CURVE: readonly number[] = Array.from({ length: 38 }, (_, index) =>
  index === 0 ? 0.5 : 1 - 10 ** -(0.3 + index * 0.1),
);

/** One sixtieth of the counted time; requests belong to the window in which they arrived. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly arrived: number;
  readonly failed: number;
  /** Sent to backends that something happens to in this model. */
  readonly toChanged: number;
  readonly medianMs: number | null;
  /** Null below 100 requests. */
  readonly p99Ms: number | null;
}

/** What one policy made of one model under one seed. */
export interface RunResult {
  readonly policy: string;
  readonly seed: number;
  /** Requests that count: all but those of the warm-up. */
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: Failures;
  readonly waiting: Waiting;
  readonly balance: {
    /** Requests sent to the backend that got most, divided by the mean over all. */
    readonly maxOverMean: number | null;
    /** Jain's index of requests sent: 1 when all got the same, 1/n when one got all. */
    readonly jain: number | null;
    /** The most requests that one backend had at once. */
    readonly mostInFlight: number;
  };
  /** Simulated milliseconds until the last request was over. */
  readonly endedAtMs: number;
  readonly windows: readonly TimeWindow[];
}
