import type { Backend } from "./backend.ts";

/** What runs to backends, as those see it who take a backend out. */
export interface BackendTraffic {
  /** Closes the connections to a backend that nothing uses. */
  closeIdle(backend: Backend): void;
  /**
   * Breaks off everything that a backend has in flight: a request whose answer has not begun is
   * answered 502, any other is reset. When this returns, the backend has nothing in flight.
   */
  cutOff(backend: Backend): void;
}
