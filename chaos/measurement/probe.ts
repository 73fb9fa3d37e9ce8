/**
 * What the prober is asked and what it answers: plain data on its standard streams, one JSON value
 * a line. The prober itself is `prober/main.ts`; this file imports nothing, so that it starts fast.
 */

/** Changes whenever plan or records change their meaning; a mismatch is refused. */
export const PROBE_PROTOCOL = "evenkeel.probe/4";

/** How a probe ended. */
export const OUTCOMES = [
  /** A complete response with status 2xx or 3xx. */
  "ok",
  /** A complete response with another status. */
  "http_error",
  /** The handshake was refused. */
  "refused",
  /** The connection was reset. */
  "reset",
  /** The peer closed without a complete response. */
  "eof",
  /** No complete response in time; the server may have acted on the request. */
  "timeout",
  /** No route, or the address did not resolve to a neighbour. */
  "unreachable",
  /** Answered by a node that should not have. */
  "wrong_node",
  /** A response that is not what the request asked for. */
  "corrupt",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** How the requests of a load are spread over time; `ratePerSecond` is that of the load. */
export type Arrivals =
  /** Exactly 1/rate apart. */
  | { readonly kind: "constant" }
  /** Gaps drawn from the exponential distribution with mean 1/rate, by the plan's seed. */
  | { readonly kind: "poisson" }
  /** From another rate to the load's in a straight line, from the first request on; then constant. */
  | { readonly kind: "ramp"; readonly fromPerSecond: number; readonly overMs: number }
  /** The load's rate, and in the first `forMs` of every `everyMs` another one. */
  | {
      readonly kind: "bursts";
      readonly burstPerSecond: number;
      readonly everyMs: number;
      readonly forMs: number;
    };

/**
 * What carries the requests of a load, and who sends them. Where all connections or users are busy, a
 * request waits for the first that gets free: that wait is latency, and counts towards its total timeout.
 */
export type Traffic =
  /** Each request on a new connection. */
  | { readonly kind: "fresh" }
  /**
   * So many connections, kept open, in turns; one that is busy is passed over, and one that is lost is
   * opened again by the request whose turn it is. At least as many as there are addresses.
   */
  | { readonly kind: "kept-alive"; readonly connections: number }
  /**
   * So many connections opened at the rate of the load, then held: on each the backend sends a numbered
   * line every `everyMs`, which is asked for in the query of the path. One that is lost stays lost, so
   * there are no retries; only when the account begins anew, before the steady state, lost ones are opened
   * again. Its record is written when it ends, at the latest with the load: `ok` if it lived
   * until then. Silence of `totalTimeoutMs` is a `timeout`, a gap in the numbers `corrupt`, an end by the
   * peer `eof`. Not for a main load, whose outage is seen by many short requests.
   */
  | { readonly kind: "long-lived"; readonly connections: number; readonly everyMs: number }
  /**
   * So many users in an order drawn by the plan's seed, each with cookies and a cart of its own: every
   * request, on a new connection, is a POST that adds an item (in the query of the path) and sees which are
   * there. An item that was acknowledged and is gone is `missing`, once. A user has one request at a time,
   * and begins anew, without cookies, after 100 items.
   */
  | { readonly kind: "session"; readonly users: number };

/** One probe stream: requests when they are due, whatever the answers. */
export interface ProbePlan {
  readonly protocol: typeof PROBE_PROTOCOL;
  readonly run: string;
  readonly trial: number;
  /** Where requests go, in turns: request k to address k modulo their number. At least one. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ratePerSecond: number;
  readonly arrivals: Arrivals;
  readonly traffic: Traffic;
  /**
   * How often a request that failed before its time was up is sent again at once, each time to the next
   * address. The whole takes at most `totalTimeoutMs`.
   */
  readonly retries: number;
  /** For whatever is drawn at random. */
  readonly seed: number;
  /** From connect to the end of the handshake. */
  readonly connectTimeoutMs: number;
  /** From connect to the last byte of the response. */
  readonly totalTimeoutMs: number;
  /** The stream ends by itself after this time; a `stop` line ends it earlier. */
  readonly maxDurationMs: number;
  /** Nodes that may answer; empty for any. Others make the outcome `wrong_node`. */
  readonly expectNodes: readonly string[];
}

/** One probe. Times are CLOCK_MONOTONIC in nanoseconds, as decimal strings. */
export interface ProbeRecord {
  readonly seq: number;
  readonly class: Traffic["kind"];
  readonly intendedNs: string;
  readonly sentNs: string;
  readonly completedNs: string;
  readonly outcome: Outcome;
  /** HTTP status, null without a response. */
  readonly status: number | null;
  /** The backend that answered, from `x-evenkeel-node`. */
  readonly node: string | null;
  /** The balancer that answered, from `x-evenkeel-balancer`. */
  readonly balancer: string | null;
  /** Body bytes received. */
  readonly bytes: number;
  /** The address of the last attempt; absent when the plan has one only. */
  readonly address?: string;
  /** How often it was sent; absent when once. */
  readonly attempts?: number;
  /** How the first attempt ended; absent when there was one only. */
  readonly firstOutcome?: Outcome;
  /** Of `session`: who sent it, from 0. */
  readonly user?: number;
  /** Of `session`: items that this user's cart should have and has not; absent when none. */
  readonly missing?: number;
  /** Of `session`: the session that the response belonged to was not the user's: it began anew. */
  readonly lostSession?: true;
  /** Of `session`: the first answer after this user's cart was full: it came without cookies. */
  readonly began?: true;
  /** Of `long-lived`: lines that arrived. */
  readonly lines?: number;
}

/**
 * What the prober says of itself at the end, since it was last told to begin its account anew; the
 * engine decides from it whether the run is valid.
 */
export interface ProberQuality {
  /** Sent − intended, milliseconds. */
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  readonly eventLoopDelayP99Ms: number;
  /** Of `long-lived`, connections that it held already count as well, here and in `sent`. */
  readonly intended: number;
  readonly sent: number;
  /** Not sent: too many were outstanding, or this machine had no port or descriptor left. */
  readonly dropped: number;
  readonly maxOutstanding: number;
  /** CPU seconds of the prober over its run time, 1 = one core. */
  readonly cpuShare: number;
}

/** Lines the engine writes: the plan first; later that its account shall begin anew, and to stop. */
export type ProberInput = ProbePlan | { readonly command: "account-anew" | "stop" };

/** Lines the prober writes. */
export type ProberOutput =
  | { readonly kind: "ready"; readonly protocol: string }
  | { readonly kind: "started"; readonly startNs: string }
  | { readonly kind: "records"; readonly records: readonly ProbeRecord[] }
  /**
   * Of `long-lived` only, since their records come when they end: whenever it changes, and every 100 ms
   * while the load runs. The load is steady when all of the plan's connections are open and none is lost.
   */
  | {
      readonly kind: "open";
      /** CLOCK_MONOTONIC at which this was so. */
      readonly atNs: string;
      /** Connections on which a line has arrived and that still live. */
      readonly count: number;
      /** Connections that ended, or never brought a line, since the start. Never grows smaller. */
      readonly lost: number;
    }
  | { readonly kind: "done"; readonly quality: ProberQuality }
  | { readonly kind: "refused"; readonly reason: string };
