import type { TrialEvidence } from "./so-far.ts";

/** A trial was ended before its end, because a rule of its scenario says so. */
export class TrialAborted extends Error {
  readonly code = "trial-aborted";
  readonly side = "upstream";
  readonly retryable = false;
  /** The rule in words. */
  readonly rule: string;
  #evidence: TrialEvidence | null;

  /** @param seen what broke the rule, in words */
  constructor(rule: string, seen: string, evidence: TrialEvidence | null = null) {
    super(`${rule}: ${seen}`);
    this.name = "TrialAborted";
    this.rule = rule;
    this.#evidence = evidence;
  }

  /** What was seen until then; null where nothing was. */
  get evidence(): TrialEvidence | null {
    return this.#evidence;
  }

  /** Adds what was seen until then where whoever threw it could not tell. */
  addEvidence(seen: TrialEvidence): void {
    this.#evidence ??= seen;
  }
}

/** The abort behind an error: itself, what an interrupted wait tells as its cause, or what clean-up came after. */
export function abortBehind(error: unknown): TrialAborted | null {
  if (error instanceof TrialAborted) return error;
  if (error instanceof SuppressedError) {
    return abortBehind(error.suppressed) ?? abortBehind(error.error);
  }
  return error instanceof Error && error.cause !== undefined ? abortBehind(error.cause) : null;
}
