import type { Method } from "../protocol/request-line.ts";

/** How a try ended without a response. */
export type TryFailure =
  /** No connection: the backend has seen nothing of the request. */
  | "connect"
  /** A reused connection closed without one byte of the response: commonly the backend's idle timeout. */
  | "stale"
  /** Anything else; the backend may have acted on the request. */
  | "other";

/** RFC 9110 §9.2.2. */
const IDEMPOTENT: ReadonlySet<Method> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/**
 * Whether a request may be tried once more.
 *
 * Any method when the backend has seen nothing of it; an idempotent one after a stale connection,
 * as long as no byte of its body was sent (RFC 9112 §9.3.1 allows an automatic retry there only).
 *
 * @param bodyBegun whether any byte of the body was written to the connection that failed
 */
export function mayRetry(failure: TryFailure, method: Method, bodyBegun: boolean): boolean {
  switch (failure) {
    case "connect":
      return true;
    case "stale":
      return !bodyBegun && IDEMPOTENT.has(method);
    case "other":
      return false;
  }
}
