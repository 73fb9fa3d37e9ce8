import { formatOfUnit, NUMBER_FORMATS, VERDICT_WORDS, type NumberFormat } from "../format.ts";
import type { Verdict } from "../record.ts";
import { References, type Reference } from "../reference.ts";
import type { LoadedRun } from "../run-folder.ts";
import { escape, html, Markup, NOTHING } from "./markup.ts";

/**
 * The one way in which a value of the run gets into a report: by its reference, which stays on the
 * element as `data-ref`, beside the name of its format as `data-as`. The text is looked up here and
 * nowhere else, so a number without a source, or beside the wrong one, is hard to write.
 */
export class Printer {
  readonly run: LoadedRun;
  readonly references: References;
  readonly #tag: "span" | "tspan";
  /** The same for text inside SVG. */
  readonly svg: Printer;

  constructor(run: LoadedRun, references = new References(run), tag: "span" | "tspan" = "span") {
    this.run = run;
    this.references = references;
    this.#tag = tag;
    this.svg = tag === "tspan" ? this : new Printer(run, references, "tspan");
  }

  /** A number; a dash when there is none. */
  num(reference: Reference, format: NumberFormat): Markup {
    const value = this.references.numberOf(reference);
    if (value === null) return this.#element(reference, "none", "–");
    return this.#element(reference, format, NUMBER_FORMATS[format](value));
  }

  /** Text of the record, digits and all. */
  text(reference: Reference): Markup {
    const value = this.references.lookUp(reference);
    if (value === undefined || value === null) return this.#element(reference, "none", "–");
    return this.#element(reference, "text", String(value));
  }

  /** A `Measured`, given by the reference of the whole: the number, or the reason why there is none. */
  measured(reference: Reference, format: NumberFormat): Markup {
    if (this.references.numberOf(`${reference}/value`) !== null) {
      return this.num(`${reference}/value`, format);
    }
    return html`<span class="none">${this.text(`${reference}/reason`)}</span>`;
  }

  /** An objective's number in the unit of that objective. */
  inUnit(reference: Reference, unit: "ms" | "count" | "ratio"): Markup {
    return this.num(reference, formatOfUnit(unit));
  }

  /** A verdict as sign and word. */
  verdict(verdict: Verdict | null): Markup {
    if (verdict === null) return html`<span class="v v-none">not judged</span>`;
    const { sign, word } = VERDICT_WORDS[verdict];
    return html`<span class="${`v v-${verdict}`}"
      ><span class="sign" aria-hidden="true">${sign}</span> ${word}</span
    >`;
  }

  /** How wide the text of a reference is, for layouts: characters. */
  lengthOf(reference: Reference, format: NumberFormat | "text"): number {
    const value = this.references.lookUp(reference);
    if (format === "text" || typeof value !== "number") return String(value ?? "–").length;
    return NUMBER_FORMATS[format](value).length;
  }

  #element(reference: Reference, as: string, text: string): Markup {
    const tag = this.#tag;
    return new Markup(
      `<${tag} data-ref="${escape(reference)}" data-as="${as}">${escape(text)}</${tag}>`,
    );
  }
}

/** Digits that are the report's own words and no measurement: axis ticks, P1, 95 %. */
export function fixed(text: string, tag: "span" | "tspan" = "span"): Markup {
  return new Markup(`<${tag} data-static>${escape(text)}</${tag}>`);
}

/** Nothing unless there is something. */
export function when(condition: boolean, markup: () => Markup): Markup {
  return condition ? markup() : NOTHING;
}
