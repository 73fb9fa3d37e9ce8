import type { CheckResult } from "./check-result.ts";

/** What a check says on its connection, and what it makes of the answer. Touches no socket. */
export interface Dialogue {
  /** What is sent once connected; empty for nothing. */
  readonly question: Buffer;
  /** Decided without an answer, as soon as the question is out. */
  readonly needsAnswer: boolean;
  /** Takes bytes of the answer. */
  take(chunk: Buffer): CheckResult | "more";
  /** The other side has sent all. */
  end(): CheckResult;
}
