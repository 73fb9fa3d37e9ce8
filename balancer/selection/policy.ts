/**
 * PICK: a policy orders the candidates of a pool. Health, administrative state, circuit breakers
 * and retry exclusions filter outside it, so a policy knows nothing of them.
 */

/** What a policy may know of a backend. Read only; the data plane keeps it current. */
export interface Candidate {
  /** Stable identity of the backend within its pool. */
  readonly id: string;
  /** Relative capacity, ≥ 0. A candidate of weight 0 is never picked while another one is allowed. */
  readonly weight: number;
  /** Requests (http) or connections (tcp) in flight on it from this balancer. */
  readonly inFlight: number;
}

/** What one pick may depend on. */
export interface PickContext {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Uniform in [0, 1), seeded by the caller. */
  readonly random: () => number;
  /** Whether a candidate may be picked at all: health, drain, limits, already tried. */
  readonly allowed: (candidate: Candidate) => boolean;
}

/**
 * The plug-in point of selection. An instance belongs to one pool snapshot and is used by one
 * thread; `update` is called with the whole membership whenever it changes.
 */
export interface Policy {
  /** Replaces the membership. State of candidates whose id stays is kept. */
  update(candidates: readonly Candidate[]): void;
  /** The candidate for one request, or undefined when none is allowed. */
  pick(context: PickContext): Candidate | undefined;
}
