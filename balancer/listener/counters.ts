/** What one listener has seen since it was made. Plain numbers; the admin API only reads them. */
export interface ListenerCounters {
  /** Connections accepted, including those closed at once at the limit. */
  accepted: number;
  /** Client connections open now. */
  active: number;
  /** http: requests whose header section was accepted. tcp: connections relayed. */
  requests: number;
  /** http: final answers by hundred of the status, whoever made them. */
  readonly responses: Record<"1xx" | "2xx" | "3xx" | "4xx" | "5xx", number>;
  /** What was refused at the door, by reason: malformed requests, limits, timeouts of the client. */
  readonly rejected: Map<string, number>;
  /** What failed behind us, by reason: `no-healthy-backend`, `connect-failed`, … */
  readonly upstreamErrors: Map<string, number>;
  /** Second tries after a connect that failed. */
  retries: number;
  /** Second tries after a reused connection closed without a byte of the response. */
  staleRetries: number;
  /** Bytes read from clients. */
  bytesIn: number;
  /** Bytes written to clients. */
  bytesOut: number;
}

/** Counters at zero. */
export function listenerCounters(): ListenerCounters {
  return {
    accepted: 0,
    active: 0,
    requests: 0,
    responses: { "1xx": 0, "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 },
    rejected: new Map(),
    upstreamErrors: new Map(),
    retries: 0,
    staleRetries: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
}

/** Adds one to a reason. */
export function countReason(counts: Map<string, number>, reason: string): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}
