/**
 * The drain of one backend as an immutable value: what it had in flight when it was taken out, and
 * until when that may last. All times are monotonic milliseconds.
 */

/** A backend that gets nothing new and finishes what it has. */
export interface Drain {
  readonly beganAt: number;
  /** Requests (http) or connections (tcp) at the begin. */
  readonly inFlightAtBegin: number;
  /** When what is left is cut; null waits for ever. */
  readonly deadlineAt: number | null;
  /** How many were cut so far. */
  readonly cut: number;
}

/** How a drain ended. Both counts together are what was in flight at the begin. */
export interface DrainEnd {
  readonly tookMs: number;
  /** Ended by themselves, well or not. */
  readonly completed: number;
  readonly cut: number;
}

/** What is to be done about a drain. */
export type DrainStep =
  | { readonly kind: "wait" }
  | { readonly kind: "cut" }
  | { readonly kind: "drained"; readonly end: DrainEnd };

/**
 * A drain that begins.
 *
 * @param deadlineMs how long it may last; 0 cuts at once, null waits for ever
 */
export function beginDrain(inFlight: number, deadlineMs: number | null, now: number): Drain {
  const begun = { beganAt: now, inFlightAtBegin: inFlight, deadlineAt: null, cut: 0 };
  return withDeadline(begun, deadlineMs, now);
}

/** The same drain with another deadline, counted from now. */
export function withDeadline(drain: Drain, deadlineMs: number | null, now: number): Drain {
  return { ...drain, deadlineAt: deadlineMs === null ? null : now + deadlineMs };
}

/** The drain after some of what was left was cut. */
export function afterCut(drain: Drain, cut: number): Drain {
  return { ...drain, cut: drain.cut + cut };
}

/** What is to be done now. */
export function drainStep(drain: Drain, inFlight: number, now: number): DrainStep {
  const { beganAt, inFlightAtBegin, deadlineAt, cut } = drain;
  if (inFlight === 0) {
    const completed = inFlightAtBegin - cut;
    return { kind: "drained", end: { tookMs: Math.round(now - beganAt), completed, cut } };
  }
  return { kind: deadlineAt !== null && now >= deadlineAt ? "cut" : "wait" };
}
