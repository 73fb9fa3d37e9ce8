import { readFileSync } from "node:fs";
import { InvalidDocument } from "../errors.ts";

/** Thrown when a file cannot be read at all. */
export class Unreadable extends Error {
  readonly code = "unreadable";
  readonly side = "internal";
  readonly retryable = true;

  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`${path} cannot be read: ${why}. Check the path, and who may read it.`, { cause });
    this.name = "Unreadable";
  }
}

/**
 * The JSON document in a file.
 *
 * @param what it is, for errors: `The configuration`
 * @throws Unreadable, InvalidDocument
 */
export function readDocument(path: string, what: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Unreadable(path, error);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const message = `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    const next = "Correct it; JSON has neither comments nor trailing commas.";
    throw new InvalidDocument(what, [{ path: "", value: "text", message, next }]);
  }
}
