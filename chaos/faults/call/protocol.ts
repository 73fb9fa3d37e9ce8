/**
 * What the engine says to the program that sends HTTP requests inside a node, and what it answers: one
 * JSON value a line. Unix sockets of a node can only be reached from inside it.
 */
export interface CallRequest {
  readonly id: number;
  /** A unix socket, or a port of the node itself. */
  readonly to: { readonly socket: string } | { readonly host: string; readonly port: number };
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** How long the whole response may take. */
  readonly withinMs: number;
  /** Send at this time on CLOCK_MONOTONIC. */
  readonly atNs: string | null;
}

/** How a request ended. */
export type CallOutcome =
  /** With a whole response. */
  | "answered"
  /** There was none in time. */
  | "silent"
  /** Nobody listens there. */
  | "refused"
  /** The connection ended before a whole response. */
  | "broken";

/** A finished request; stamps are taken right before and after it. */
export interface CallDone {
  readonly kind: "done";
  readonly id: number;
  readonly fromNs: string;
  readonly toNs: string;
  readonly outcome: CallOutcome;
  /** Null unless answered. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the response; what went wrong, unless answered. */
  readonly body: string;
}
