import { withNextStep } from "../errors.ts";
import { didYouMean } from "../nearest-names.ts";

/** A lab could not do what was asked; the message shows what it printed last. */
export class LabError extends Error {
  readonly code = "lab";
  readonly side = "internal";
  readonly retryable = false;

  constructor(what: string, lastOutput: readonly string[], next = 'Run "npx evenkeel doctor".') {
    const output =
      lastOutput.length === 0
        ? ""
        : `\nLast output:\n${lastOutput.map((l) => `  ${l}`).join("\n")}`;
    super(`${withNextStep(what, next)}${output}`);
    this.name = "LabError";
  }
}

/** A name that does not exist, with those that do, first those that may be meant. */
export class UnknownName extends RangeError {
  readonly code = "unknown-name";
  readonly side = "internal";
  readonly retryable = false;

  /** @param of what it would belong to, with its preposition: `in topology single`. Default: nothing */
  constructor(what: string, name: string, known: readonly string[], of?: string) {
    super(
      `There is no ${what} "${name}"${of === undefined ? "" : ` ${of}`}. ` +
        `${didYouMean(name, known)}Known: ${known.join(", ") || "none"}.`,
    );
    this.name = "UnknownName";
  }
}
