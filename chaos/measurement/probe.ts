/**
 * What the prober is asked and what it answers: plain data on its standard streams, one JSON value
 * a line. The prober itself is `prober/main.ts`; this file imports nothing, so that it starts fast.
 */

/** Changes whenever plan or records change their meaning; a mismatch is refused. */
export const PROBE_PROTOCOL = "evenkeel.probe/2";

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

/** One probe stream: requests at a fixed rate whatever the answers. */
export interface ProbePlan {
  readonly protocol: typeof PROBE_PROTOCOL;
  readonly run: string;
  readonly trial: number;
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Requests per second; intended times are exactly 1/rate apart. */
  readonly ratePerSecond: number;
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
  /** Probe class: `fresh` is a new connection for each request. */
  readonly class: "fresh";
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
  | { readonly kind: "done"; readonly quality: ProberQuality }
  | { readonly kind: "refused"; readonly reason: string };
