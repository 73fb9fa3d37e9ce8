import type { z } from "zod";

/** What stands for the value of a field that is not there. */
const MISSING = "(missing)";

/** One thing that is wrong with what somebody gave us: where, what it is, and what to do. */
export interface Problem {
  /** Where, as a JSON path: `pools[0].healthCheck.interval`. Empty for the document itself. */
  readonly path: string;
  /** What stands there, shortened, as JSON; `(missing)` when nothing does. */
  readonly value: string;
  /** What is wrong with it. */
  readonly message: string;
  /** The next step. */
  readonly next: string;
}

/** Thrown when a document is refused. Its message lists every problem, one a line. */
export class InvalidDocument extends Error {
  readonly code = "invalid-document";
  readonly side = "internal";
  readonly retryable = false;
  readonly problems: readonly Problem[];

  constructor(what: string, problems: readonly Problem[]) {
    super(
      `${what} has ${problems.length} problem${problems.length === 1 ? "" : "s"}:\n${problems.map(describeProblem).join("\n")}`,
    );
    this.name = "InvalidDocument";
    this.problems = problems;
  }
}

/** A problem as one line for people. */
export function describeProblem(problem: Problem): string {
  const where = problem.path === "" ? "(document)" : problem.path;
  const found = problem.value === MISSING ? "" : ` (found ${problem.value})`;
  return `  ${where}: ${problem.message}${found}. ${problem.next}`;
}

/**
 * Every problem that zod found, with the value that stands at its path.
 *
 * A schema says the next step by a message of the form `what is wrong | what to do`.
 */
export function problemsOf(error: z.ZodError, input: unknown): Problem[] {
  return error.issues.map((issue) => {
    const [message, next] = splitNext(issue.message);
    const value = shorten(valueAt(input, issue.path));
    // What zod says of a field that is not there is about `undefined`, which no document can hold.
    const missing = issue.code === "invalid_type" && value === MISSING;
    return {
      path: pathOf(issue.path),
      value,
      message: message ?? (missing ? "is missing" : issue.message),
      next: next ?? nextStepOf(issue),
    };
  });
}

/** A path in the way people write it: `pools[0].id`. */
export function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/** A value as short JSON for an error message. */
export function shorten(value: unknown): string {
  if (value === undefined) return MISSING;
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

function splitNext(message: string): [string | undefined, string | undefined] {
  const at = message.indexOf(" | ");
  return at < 0 ? [undefined, undefined] : [message.slice(0, at), message.slice(at + 3)];
}

function nextStepOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return `Remove ${issue.keys.map((key) => `"${key}"`).join(", ")} or correct the spelling.`;
    case "invalid_value":
      return `Use one of: ${issue.values.map(String).join(", ")}.`;
    case "invalid_type":
      return `Give a value of type ${issue.expected}.`;
    case "too_small":
      return issue.inclusive === false
        ? `Use more than ${issue.minimum}.`
        : `Use at least ${issue.minimum}.`;
    case "too_big":
      return issue.inclusive === false
        ? `Use less than ${issue.maximum}.`
        : `Use at most ${issue.maximum}.`;
    default:
      return "Correct the value.";
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      value === null || typeof value !== "object"
        ? undefined
        : (value as Record<PropertyKey, unknown>)[part],
    input,
  );
}
