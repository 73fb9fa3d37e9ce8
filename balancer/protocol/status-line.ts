import { digitAt, isValue, SP, startsWith } from "./bytes.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { StartLine } from "./section-reader.ts";

const MAJOR = Buffer.from("HTTP/1.");
const HEAD_LENGTH = "HTTP/1.1 200".length;

/** Reads status lines: `HTTP-version SP status-code SP [reason-phrase]`, RFC 9112 §4. */
export class StatusLine implements StartLine {
  readonly skipsEmptyLine = false;
  status = 0;
  reason = "";
  minor: 0 | 1 = 1;

  first(byte: number): Refusal | null {
    return byte === 0x48 ? null : refuse("status-line");
  }

  tooLong(): Refusal {
    return refuse("line-too-long");
  }

  read(bytes: Buffer, start: number, end: number): Refusal | null {
    if (end - start < HEAD_LENGTH || !startsWith(bytes, start, MAJOR)) return refuse("status-line");
    const minor = digitAt(bytes, start + 7);
    const hundreds = digitAt(bytes, start + 9);
    const tens = digitAt(bytes, start + 10);
    const ones = digitAt(bytes, start + 11);
    if (minor < 0 || bytes[start + 8] !== SP || tens < 0 || ones < 0) return refuse("status-line");
    if (hundreds < 1 || hundreds > 5) return refuse("status-line");
    // The SP before an empty reason is often left out; nothing can be misread from that.
    if (end - start > HEAD_LENGTH && bytes[start + HEAD_LENGTH] !== SP) {
      return refuse("status-line");
    }
    for (let i = start + HEAD_LENGTH; i < end; i += 1) {
      if (!isValue(bytes[i])) return refuse("status-line");
    }
    this.status = hundreds * 100 + tens * 10 + ones;
    this.minor = minor === 0 ? 0 : 1;
    this.reason = bytes.toString("latin1", Math.min(end, start + HEAD_LENGTH + 1), end);
    return null;
  }
}
