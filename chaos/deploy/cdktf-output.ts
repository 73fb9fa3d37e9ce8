import { closeSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { LineSplitter } from "../environment/lines.ts";
import { STATE_DIRECTORY } from "../setup/paths.ts";

/**
 * What of cdktf's output is shown. Of a topology's plan Terraform prints thousands of lines, labels
 * and all; what a reader waits for are the resources that come and go.
 */
const PROGRESS = [
  /^[\w.-]+: (?:Creating|Modifying|Destroying)\.\.\./,
  /^[\w.-]+: (?:Creation|Modifications|Destruction) complete/,
  /^[\w.-]+: Still /,
  /^Plan: /,
  /^No changes\./,
  /^(?:Apply|Destroy) complete!/,
] as const;
/** So much is shown of what led to a failure. */
const LINES_OF_FAILURE = 40;
const LOOK_EVERY_MS = 200;

/** Where everything that cdktf printed of a topology the last time is kept. */
export function cdktfLogPath(stackId: string): string {
  return join(STATE_DIRECTORY, "deploy", `${stackId}.log`);
}

/** A line as it is shown, without colours, the stack's name and Terraform's ids; null when it is not. */
export function progressOf(line: string, stackId: string): string | null {
  const text = withoutColours(line)
    .replace(new RegExp(`^\\s*${stackId}\\s+`), "")
    .trim();
  if (!PROGRESS.some((pattern) => pattern.test(text))) return null;
  return text.replace(/ \[id=[^\]]*\]$/, "");
}

/** The end of what was printed, from its first error on. */
export function failureIn(lines: readonly string[]): string[] {
  const plain = lines.map(withoutColours).filter((line) => line.trim() !== "");
  const first = plain.findIndex((line) => /\bError\b/.test(line));
  return plain.slice(first < 0 ? -LINES_OF_FAILURE : first).slice(0, LINES_OF_FAILURE);
}

function withoutColours(line: string): string {
  // oxlint-disable-next-line no-control-regex -- ANSI escapes are what is looked for
  return line.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, "").replaceAll("\r", "");
}

/**
 * Output that a program writes to a file by itself, and that is read from there as it grows. A pipe
 * would end the program together with its reader, in the middle of what it does.
 */
export class LoggedOutput implements Disposable {
  /** For the program's standard output and error. */
  readonly descriptor: number;
  readonly #reader: number;
  readonly #timer: NodeJS.Timeout;
  readonly #lines: LineSplitter;
  readonly #decoder = new StringDecoder("utf8");
  readonly #chunk = Buffer.alloc(65_536);

  /** Makes the file anew, and its folder. @param deliver called with each line as it comes */
  constructor(path: string, deliver: (line: string) => void) {
    mkdirSync(dirname(path), { recursive: true });
    this.descriptor = openSync(path, "w");
    this.#reader = openSync(path, "r");
    this.#lines = new LineSplitter(deliver);
    this.#timer = setInterval(() => this.#read(), LOOK_EVERY_MS);
  }

  /** Delivers what is left, and lets go of the file. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#read();
    this.#lines.end();
    closeSync(this.#reader);
    closeSync(this.descriptor);
  }

  #read(): void {
    for (;;) {
      const length = readSync(this.#reader, this.#chunk);
      if (length === 0) return;
      this.#lines.push(this.#decoder.write(this.#chunk.subarray(0, length)));
    }
  }
}
