import { CR, hexValue, isBlank, isToken, isValue, LF } from "./bytes.ts";
import { FIELD } from "./field-name.ts";
import { fieldId } from "./fields.ts";
import { refuse, type Refusal, type RefusalReason } from "./refusal.ts";
import { REFUSED, NEEDS_MORE, SectionReader, type SectionLimits } from "./section-reader.ts";

const EXTENSION_BYTES_PER_CHUNK = 4 * 1024;
const EXTENSION_BYTES_PER_BODY = 16 * 1024;
/** Sixteen digits hold any size; more can only be leading zeros, and a line of them must end somewhere. */
const SIZE_DIGITS = 64;

const SIZE_START = 0;
const SIZE = 1;
const SEMICOLON = 2;
const NAME_START = 3;
const NAME = 4;
const NAME_AFTER = 5;
const EXTENSION_VALUE_START = 6;
const EXTENSION_VALUE = 7;
const QUOTED = 8;
const QUOTED_PAIR = 9;
const QUOTED_AFTER = 10;
const SIZE_LF = 11;
const DATA = 12;
const DATA_CR = 13;
const DATA_LF = 14;
const TRAILERS = 15;

const DQUOTE = 0x22;
const BACKSLASH = 0x5c;
const EQUALS = 0x3d;
const SEMICOLON_BYTE = 0x3b;

/**
 * Decodes a chunked body byte by byte, by the grammar of RFC 9112 §7.1 and nothing wider.
 * Extensions are checked, bounded and dropped; trailers are checked and dropped.
 */
export class ChunkedReader {
  readonly #limits: SectionLimits;
  #state = SIZE_START;
  #size = 0;
  #digits = 0;
  #chunkExtensionBytes = 0;
  #bodyExtensionBytes = 0;
  #trailers: SectionReader | null = null;
  /** After a `step`: the body bytes that it found, as offsets into its buffer. */
  dataStart = 0;
  dataEnd = 0;
  done = false;
  refusal: Refusal | null = null;

  constructor(limits: SectionLimits) {
    this.#limits = limits;
  }

  reset(): void {
    this.#state = SIZE_START;
    this.#size = 0;
    this.#digits = 0;
    this.#chunkExtensionBytes = 0;
    this.#bodyExtensionBytes = 0;
    this.#trailers = null;
    this.dataStart = 0;
    this.dataEnd = 0;
    this.done = false;
    this.refusal = null;
  }

  /** Reads on until it has found data, is done, has refused or is out of bytes; returns where it stopped. */
  step(bytes: Buffer, from: number): number {
    this.dataStart = this.dataEnd = from;
    let at = from;
    while (at < bytes.length) {
      if (this.#state === DATA) {
        const end = Math.min(bytes.length, at + this.#size);
        this.dataStart = at;
        this.dataEnd = end;
        this.#size -= end - at;
        if (this.#size === 0) this.#state = DATA_CR;
        return end;
      }
      if (this.#state === TRAILERS) return this.#trailer(bytes, at);
      this.#syntax(bytes[at] ?? 0);
      if (this.refusal !== null) return at;
      at += 1;
    }
    return at;
  }

  #syntax(byte: number): void {
    const state = this.#state;
    if (state >= SEMICOLON && state <= QUOTED_AFTER) {
      this.#extension(byte);
      return;
    }
    switch (state) {
      case SIZE_START:
      case SIZE: {
        const digit = hexValue(byte);
        if (digit >= 0) this.#digit(digit);
        else if (state === SIZE_START) this.#refuse("chunk");
        else this.#extension(byte);
        return;
      }
      case SIZE_LF:
        if (byte !== LF) this.#refuse("chunk");
        else this.#state = this.#size === 0 ? TRAILERS : DATA;
        return;
      case DATA_CR:
        if (byte !== CR) this.#refuse("chunk");
        else this.#state = DATA_LF;
        return;
      default:
        if (byte !== LF) this.#refuse("chunk");
        else {
          this.#state = SIZE_START;
          this.#digits = 0;
          this.#chunkExtensionBytes = 0;
        }
    }
  }

  #digit(digit: number): void {
    this.#state = SIZE;
    this.#digits += 1;
    this.#size = this.#size * 16 + digit;
    if (this.#digits > SIZE_DIGITS || !Number.isSafeInteger(this.#size)) this.#refuse("chunk");
  }

  #extension(byte: number): void {
    if (byte !== CR) {
      this.#chunkExtensionBytes += 1;
      this.#bodyExtensionBytes += 1;
      if (
        this.#chunkExtensionBytes > EXTENSION_BYTES_PER_CHUNK ||
        this.#bodyExtensionBytes > EXTENSION_BYTES_PER_BODY
      ) {
        this.#refuse("chunk-extension-too-large");
        return;
      }
    }
    switch (this.#state) {
      case SEMICOLON:
        if (byte === SEMICOLON_BYTE) this.#state = NAME_START;
        else if (!isBlank(byte)) this.#refuse("chunk");
        return;
      case NAME_START:
        if (isToken(byte)) this.#state = NAME;
        else if (!isBlank(byte)) this.#refuse("chunk");
        return;
      case NAME:
        if (isToken(byte)) return;
        if (isBlank(byte)) this.#state = NAME_AFTER;
        else if (byte === EQUALS) this.#state = EXTENSION_VALUE_START;
        else this.#afterPart(byte);
        return;
      case NAME_AFTER:
        if (byte === EQUALS) this.#state = EXTENSION_VALUE_START;
        else if (byte === SEMICOLON_BYTE) this.#state = NAME_START;
        else if (!isBlank(byte)) this.#refuse("chunk");
        return;
      case EXTENSION_VALUE_START:
        if (byte === DQUOTE) this.#state = QUOTED;
        else if (isToken(byte)) this.#state = EXTENSION_VALUE;
        else if (!isBlank(byte)) this.#refuse("chunk");
        return;
      case EXTENSION_VALUE:
        if (!isToken(byte)) this.#afterPart(byte);
        return;
      case QUOTED:
        if (byte === DQUOTE) this.#state = QUOTED_AFTER;
        else if (byte === BACKSLASH) this.#state = QUOTED_PAIR;
        else if (!isValue(byte)) this.#refuse("chunk");
        return;
      case QUOTED_PAIR:
        if (isValue(byte)) this.#state = QUOTED;
        else this.#refuse("chunk");
        return;
      default:
        this.#afterPart(byte);
    }
  }

  /** After a size, an extension name or an extension value: line end, next extension, or blanks before it. */
  #afterPart(byte: number): void {
    if (byte === CR) this.#state = SIZE_LF;
    else if (byte === SEMICOLON_BYTE) this.#state = NAME_START;
    else if (isBlank(byte)) this.#state = SEMICOLON;
    else this.#refuse("chunk");
  }

  #trailer(bytes: Buffer, at: number): number {
    this.#trailers ??= new SectionReader(this.#limits, null);
    const after = this.#trailers.feed(bytes, at);
    this.dataStart = this.dataEnd = bytes.length;
    if (after === NEEDS_MORE) return bytes.length;
    if (after === REFUSED) {
      this.refusal = this.#trailers.refusal;
      return at;
    }
    for (let i = 0; i < this.#trailers.count; i += 1) {
      const id = fieldId(this.#trailers, i);
      if (id === FIELD.transferEncoding || id === FIELD.contentLength || id === FIELD.host) {
        this.#refuse("trailer");
        return at;
      }
    }
    this.done = true;
    return after;
  }

  #refuse(reason: RefusalReason): void {
    this.refusal = refuse(reason);
  }
}
