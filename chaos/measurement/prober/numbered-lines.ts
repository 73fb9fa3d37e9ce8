/** A number of fifteen digits is exact, and takes longer to reach than any load lasts. */
const DATA_LINE = /^data: (\d{1,15})\r?$/;
/** Longer lines are not numbers. */
const MAX_LINE_BYTES = 256;

/**
 * Reads an event stream of numbers, one more each time from 1 on (WHATWG HTML §9.2: `data: 1`). Other
 * fields and comments may stand between.
 */
export class NumberedLines {
  /** Numbers that came, without a gap. */
  count = 0;
  #rest = "";

  /** @returns false when a number was left out, came twice, or is none */
  push(part: Buffer): boolean {
    const lines = (this.#rest + part.toString("latin1")).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      if (Number(DATA_LINE.exec(line)?.[1] ?? NaN) !== this.count + 1) return false;
      this.count += 1;
    }
    return this.#rest.length <= MAX_LINE_BYTES;
  }
}
