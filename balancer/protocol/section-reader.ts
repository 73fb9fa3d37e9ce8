import { COLON, CR, LF, SP, HTAB, isBlank, isToken, isValue } from "./bytes.ts";
import { FIELD, fieldOf, isFramingAlias } from "./field-name.ts";
import { refuse, type Refusal } from "./refusal.ts";

/** Bounds of a section; each is the largest that passes. */
export interface SectionLimits {
  /** Start line without its CRLF. */
  readonly startLineBytes: number;
  /** Field line without its CRLF. */
  readonly lineBytes: number;
  /** All field lines with their CRLFs, without the empty line at the end. */
  readonly sectionBytes: number;
  readonly count: number;
}

/** What reads the first line of a head. */
export interface StartLine {
  /** Reads the line between two offsets; null when it is well-formed. */
  read(bytes: Buffer, start: number, end: number): Refusal | null;
  /** Why a line that begins so is too long. */
  tooLong(bytes: Buffer, start: number): Refusal;
  /** Why no line may begin with this byte; null when one may. */
  first(byte: number): Refusal | null;
  /** Whether one empty line before it is ignored, RFC 9112 §2.2. */
  readonly skipsEmptyLine: boolean;
}

/** `feed` has used all bytes and needs more. */
export const NEEDS_MORE = -1;
/** `feed` has refused; the reason is in `refusal`. */
export const REFUSED = -2;

/** Numbers per field in `bounds`: name start, name end, value start, value end, number of the name. */
export const STRIDE = 5;

/**
 * Reads a head (start line and field lines) or a trailer section (field lines alone) up to and
 * with the empty line, from bytes that arrive in any segmentation.
 *
 * Every line is judged as soon as it is complete, in order, and every limit as soon as it is
 * passed, so that the outcome depends on the bytes alone and never on how they were cut.
 */
export class SectionReader {
  readonly #limits: SectionLimits;
  readonly #startLine: StartLine | null;
  /** Bytes of earlier segments, when the section did not come in one. */
  #held: Buffer | null = null;
  #heldLength = 0;
  /** Offsets from the first byte of the section. */
  #scan = 0;
  #lineStart = 0;
  #inStartLine: boolean;
  #emptyLineSkipped = false;
  #sectionBytes = 0;
  #begun = false;
  /** Five numbers a field, offsets into `text`; what lies behind `count` fields is left over. */
  readonly bounds: number[] = [];
  /** Fields seen. */
  count = 0;
  /** The whole section as latin1, once complete. */
  text = "";
  refusal: Refusal | null = null;

  /** @param startLine null for a trailer section */
  constructor(limits: SectionLimits, startLine: StartLine | null) {
    this.#limits = limits;
    this.#startLine = startLine;
    this.#inStartLine = startLine !== null;
  }

  /** Whether any byte of this section was seen; an empty line that is ignored is none of it. */
  get begun(): boolean {
    const isEmptyLine = this.#emptyLineSkipped && this.#inStartLine;
    return this.#begun && !(isEmptyLine && this.#heldLength <= this.#lineStart);
  }

  /** Forgets everything, for the next section of the connection. */
  reset(): void {
    this.#held = null;
    this.#heldLength = 0;
    this.#scan = 0;
    this.#lineStart = 0;
    this.#inStartLine = this.#startLine !== null;
    this.#emptyLineSkipped = false;
    this.#sectionBytes = 0;
    this.#begun = false;
    this.count = 0;
    this.text = "";
    this.refusal = null;
  }

  /** Takes bytes from an offset on; returns the offset after the section, NEEDS_MORE or REFUSED. */
  feed(chunk: Buffer, from: number): number {
    if (from >= chunk.length) return NEEDS_MORE;
    this.#begun = true;
    const before = this.#heldLength;
    const continued = before > 0;
    if (continued) this.#hold(chunk, from);
    const bytes = continued && this.#held !== null ? this.#held : chunk;
    const origin = continued ? 0 : from;
    const end = continued ? this.#heldLength : chunk.length;

    for (;;) {
      const lineStart = origin + this.#lineStart;
      let at = origin + this.#scan;
      while (at < end && bytes[at] !== LF) at += 1;
      this.#scan = at - origin;

      const whole = at < end;
      const closed = at > lineStart && bytes[at - 1] === CR;
      const lineEnd = closed ? at - 1 : at;
      const refusal = this.#judgeLength(bytes, lineStart, lineEnd, whole);
      if (refusal !== null) return this.#refuse(refusal);
      if (!whole) {
        if (!continued) this.#hold(chunk, from);
        return NEEDS_MORE;
      }
      if (!closed) return this.#refuse(refuse("bare-lf"));

      const next = at + 1;
      if (lineEnd === lineStart && !this.#inStartLine) {
        this.text = bytes.toString("latin1", origin, next);
        return continued ? from + (next - before) : next;
      }
      const wrong = this.#line(bytes, lineStart, lineEnd, origin);
      if (wrong !== null) return this.#refuse(wrong);
      this.#lineStart = next - origin;
      this.#scan = this.#lineStart;
    }
  }

  #refuse(refusal: Refusal): number {
    this.refusal = refusal;
    return REFUSED;
  }

  /** The first limit that a line passes, whether or not its end was seen. */
  #judgeLength(bytes: Buffer, start: number, end: number, whole: boolean): Refusal | null {
    const length = end - start;
    if (this.#inStartLine) {
      if (this.#startLine === null || length === 0) return null;
      return (
        this.#startLine.first(bytes[start] ?? 0) ??
        (length > this.#limits.startLineBytes ? this.#startLine.tooLong(bytes, start) : null)
      );
    }
    if (length === 0) return null;
    const left = this.#limits.sectionBytes - this.#sectionBytes;
    if (length > this.#limits.lineBytes && this.#limits.lineBytes <= left) {
      return refuse("line-too-long");
    }
    return length + (whole ? 2 : 0) > left ? refuse("header-too-large") : null;
  }

  #line(bytes: Buffer, start: number, end: number, origin: number): Refusal | null {
    if (this.#inStartLine && this.#startLine !== null) {
      if (start === end) {
        if (this.#emptyLineSkipped || !this.#startLine.skipsEmptyLine) return refuse("empty-lines");
        this.#emptyLineSkipped = true;
        return null;
      }
      this.#inStartLine = false;
      return this.#startLine.read(bytes, start, end);
    }
    this.#sectionBytes += end - start + 2;
    if (this.count >= this.#limits.count) return refuse("too-many-fields");
    return this.#field(bytes, start, end, origin);
  }

  #field(bytes: Buffer, start: number, end: number, origin: number): Refusal | null {
    if (isBlank(bytes[start])) return refuse("folded-line");
    let at = start;
    let underscore = false;
    while (at < end && isToken(bytes[at])) {
      if (bytes[at] === 0x5f) underscore = true;
      at += 1;
    }
    if (at === start || at === end || bytes[at] !== COLON) return refuse("field-name");
    const nameEnd = at;
    at += 1;
    for (let i = at; i < end; i += 1) if (!isValue(bytes[i])) return refuse("field-value");
    while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at += 1;
    let valueEnd = end;
    while (valueEnd > at && isBlank(bytes[valueEnd - 1])) valueEnd -= 1;
    if (underscore && isFramingAlias(bytes, start, nameEnd)) return refuse("framing-alias");
    // The array is never emptied, so that it grows once a connection and not once a section.
    const { bounds } = this;
    const slot = this.count * STRIDE;
    bounds[slot] = start - origin;
    bounds[slot + 1] = nameEnd - origin;
    bounds[slot + 2] = at - origin;
    bounds[slot + 3] = valueEnd - origin;
    bounds[slot + 4] = underscore ? FIELD.underscore : fieldOf(bytes, start, nameEnd);
    this.count += 1;
    return null;
  }

  #hold(chunk: Buffer, from: number): void {
    const needed = this.#heldLength + chunk.length - from;
    if (this.#held === null || this.#held.length < needed) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1024, needed, (this.#held?.length ?? 0) * 2));
      this.#held?.copy(larger, 0, 0, this.#heldLength);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#heldLength, from);
    this.#heldLength = needed;
  }
}
