/**
 * What the engine asks the program that saturates something from inside a node, and what it answers: one
 * JSON value a line. Closed-loop: every connection sends its next request when its last was answered.
 */
export interface StepRequest {
  readonly id: number;
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As many requests as there may be at once. */
  readonly connections: number;
  /** At the beginning, not counted. */
  readonly warmUpMs: number;
  /** What is counted comes after it. */
  readonly measureMs: number;
}

/** What one step showed. */
export interface StepSeen {
  /** Responses of status 2xx per second; null when fewer than two came. */
  readonly perSecond: number | null;
  /** Responses of status 2xx while it was counted. */
  readonly answered: number;
  /** Responses of another status, warm-up included. */
  readonly otherStatus: number;
  /** Requests that had no answer in time, warm-up included. */
  readonly timeouts: number;
  /** How often a connection was refused or ended, and was opened again, warm-up included. */
  readonly reopened: number;
  /** CPU time of the program over the time of the step, 1 = one core. */
  readonly cpuShare: number;
}

/** A finished step; stamps are CLOCK_MONOTONIC. */
export interface StepDone extends StepSeen {
  readonly kind: "done";
  readonly id: number;
  readonly fromNs: string;
  readonly toNs: string;
}
