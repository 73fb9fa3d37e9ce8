import { isValue, SP } from "./bytes.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { StartLine } from "./section-reader.ts";

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
    const version = bytes.toString("latin1", start, start + 7);
    const minor = (bytes[start + 7] ?? 0) - 0x30;
    const status = Number.parseInt(bytes.toString("latin1", start + 9, start + HEAD_LENGTH), 10);
    if (
      end - start < HEAD_LENGTH ||
      version !== "HTTP/1." ||
      minor < 0 ||
      minor > 9 ||
      bytes[start + 8] !== SP ||
      !/^[1-5]\d\d$/.test(bytes.toString("latin1", start + 9, start + HEAD_LENGTH))
    ) {
      return refuse("status-line");
    }
    // The SP before an empty reason is often left out; nothing can be misread from that.
    if (end - start > HEAD_LENGTH && bytes[start + HEAD_LENGTH] !== SP) {
      return refuse("status-line");
    }
    for (let i = start + HEAD_LENGTH; i < end; i += 1) {
      if (!isValue(bytes[i])) return refuse("status-line");
    }
    this.status = status;
    this.minor = minor === 0 ? 0 : 1;
    this.reason = bytes.toString("latin1", Math.min(end, start + HEAD_LENGTH + 1), end);
    return null;
  }
}
