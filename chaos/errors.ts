/**
 * What is wrong and what to do, as two sentences. What is wrong may be another error's message, and so
 * end with a full stop or a line feed already.
 */
export function withNextStep(what: string, next: string): string {
  const told = what.trimEnd();
  return `${told}${/[.!?]$/.test(told) ? "" : "."} ${next}`;
}

/** Something was asked for that cannot be done; nothing was started. */
export class WrongUse extends Error {
  readonly code = "wrong-use";
  readonly side = "internal";
  readonly retryable = false;

  /**
   * @param what the option or field, the value, and why it cannot be
   * @param next what to do instead
   */
  constructor(what: string, next: string) {
    super(withNextStep(what, next));
    this.name = "WrongUse";
  }
}

/**
 * What an error says, for a reader. When cleaning up failed too, the first error is the cause and
 * is told first.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof SuppressedError) {
    return `${reasonOf(error.suppressed)} Then, while cleaning up: ${reasonOf(error.error)}`;
  }
  if (!(error instanceof Error)) return String(error);
  // Waits of Node say only that they were aborted; why, is their cause.
  return error.name === "AbortError" && error.cause !== undefined
    ? reasonOf(error.cause)
    : error.message;
}
