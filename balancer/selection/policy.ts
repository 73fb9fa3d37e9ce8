/**
 * PICK: a policy orders the candidates of a pool. Health, administrative state, circuit breakers,
 * slow start and retry exclusions filter outside it, so a policy knows nothing of them.
 *
 *   update → pick → started → observed → ended
 *               └── whoever picks says what became of it, so that a policy can keep an index
 */

/** What a policy may know of a backend. Read only; the data plane keeps it current. */
export interface Candidate {
  /** Stable identity of the backend within its pool. */
  readonly id: string;
  /**
   * Relative capacity, ≥ 0, read when the membership is told. A candidate of weight 0 is never
   * picked while another one is allowed.
   */
  readonly weight: number;
  /** Requests (http) or connections (tcp) in flight on it from this balancer. */
  readonly inFlight: number;
  /** Host and port as an address line writes them. @default the id */
  readonly authority?: string;
}

/** What one pick may depend on. */
export interface PickContext {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Uniform in [0, 1), seeded by the caller. */
  readonly random: () => number;
  /** Whether a candidate may be picked at all: health, drain, limits, already tried. */
  readonly allowed: (candidate: Candidate) => boolean;
  /** What the request is hashed by, one byte a character; policies that hash draw one without it. */
  readonly key?: string | undefined;
}

/** What became of a request. */
export type Result =
  | "answered"
  /** No answer, or one that says that the backend failed. */
  | "failed"
  /** The client left first: the latency is only a lower bound. */
  | "abandoned";

/**
 * Which share of the requests a candidate is due, for what limits shares from outside.
 *
 * - `equal`: the same as every other one
 * - `weight`: by its weight
 * - `order`: everything that those before it leave
 * - `key`: what its keys bring
 */
export type Division = "equal" | "weight" | "order" | "key";

/**
 * The plug-in point of selection. An instance belongs to one pool and is used by one thread.
 * Optional members are for policies that need them; callers call all of them.
 */
export interface Policy {
  readonly division: Division;
  /** Replaces the membership and reads the weights. State of candidates whose id stays is kept. */
  update(candidates: readonly Candidate[]): void;
  /** The candidate for one request, or undefined when none is allowed. */
  pick(context: PickContext): Candidate | undefined;
  /**
   * A hint: `allowed` will deny a candidate until further notice, or does so no longer. It saves
   * looking at those that are down; `allowed` still decides. All are available at first.
   */
  setAvailable?(candidate: Candidate, available: boolean): void;
  /** A request began on it: `inFlight` was raised. */
  started?(candidate: Candidate, now: number): void;
  /**
   * How it answers.
   *
   * @param latencyMs http: to the first byte of the response; tcp: to the end of the handshake
   */
  observed?(candidate: Candidate, result: Result, latencyMs: number, now: number): void;
  /** A request ended on it: `inFlight` was lowered. */
  ended?(candidate: Candidate, now: number): void;
  /**
   * Works on a table that a changed membership needs, for about a millisecond; meanwhile the old
   * one serves. True while something is left to do. A pick without any table finishes it first.
   */
  advance?(): boolean;
}
