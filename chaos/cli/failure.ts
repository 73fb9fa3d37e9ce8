import { EXIT, type ExitCode } from "../exit-code.ts";

/** How a command ends that could not do what it was asked to. */
export interface Failure {
  /** For standard error. */
  readonly text: string;
  readonly exitCode: ExitCode;
}

/**
 * What to tell of an error that reached the command line. Ours carry a `code` in lower case, and
 * their message says what to do: they are wrong use or set-up. Any other is a defect of this program:
 * it is told with its stack, and whatever ran then proves nothing.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof SuppressedError) {
    // Cleaning up failed too. The first error is the cause, so it is told first.
    const first = failureOf(error.suppressed);
    return {
      ...first,
      text: `${first.text}\nThen, while cleaning up: ${failureOf(error.error).text}`,
    };
  }
  if (
    error instanceof Error &&
    "code" in error &&
    /^[a-z]+([-_][a-z]+)*$/.test(String(error.code))
  ) {
    return { text: `error: ${error.message}`, exitCode: EXIT.usage };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `A defect of evenkeel: ${text}`, exitCode: EXIT.invalid };
}
