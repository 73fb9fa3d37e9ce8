import { NUMBER_FORMATS, VERDICT_WORDS, type NumberFormat } from "../format.ts";
import type { Verdict } from "../record.ts";
import { numberAt } from "../reference.ts";
import { escape, html, Markup } from "./markup.ts";

/**
 * The one way in which a number gets into a page that is made of one record alone: by its JSON pointer into it
 * (RFC 6901), which stays on the element as `data-ref`, beside its format as `data-as`. A run, which has
 * streams beside its record, is printed by `Printer`.
 */
export class PointerPrinter<R> {
  readonly record: R;
  readonly #tag: "span" | "tspan";
  /** The same for text inside SVG. */
  readonly svg: PointerPrinter<R>;

  constructor(record: R, tag: "span" | "tspan" = "span") {
    this.record = record;
    this.#tag = tag;
    this.svg = tag === "tspan" ? this : new PointerPrinter(record, "tspan");
  }

  /** The number at a pointer; a dash when there is none. */
  num(pointer: string, format: NumberFormat): Markup {
    const value = numberAt(this.record, pointer);
    const [as, text] = value === null ? ["none", "–"] : [format, NUMBER_FORMATS[format](value)];
    return new Markup(
      `<${this.#tag} data-ref="${escape(pointer)}" data-as="${as}">${escape(text)}</${this.#tag}>`,
    );
  }

  /** Digits that are words of the page or of the record. */
  fixed(text: string): Markup {
    return new Markup(`<${this.#tag} data-static>${escape(text)}</${this.#tag}>`);
  }

  /** A verdict as sign and word. */
  verdict(verdict: Verdict): Markup {
    const { sign, word } = VERDICT_WORDS[verdict];
    return html`<span class="${`v v-${verdict}`}"
      ><span class="sign" aria-hidden="true">${sign}</span> ${word}</span
    >`;
  }
}
