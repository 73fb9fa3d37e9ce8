import {
  bareFormatOfUnit,
  formatOfUnit,
  NUMBER_FORMATS,
  VERDICT_WORDS,
  type NumberFormat,
} from "../format.ts";
import { escape, html, Markup } from "../html/markup.ts";
import type { ObjectiveRecord, Verdict } from "../record.ts";
import { descend } from "../reference.ts";
import type { RunComparison } from "./compare-runs.ts";

/**
 * The one way in which a value gets into the page: by its JSON pointer into the comparison, which
 * holds both records and stays on the element as `data-ref`, beside its format as `data-as`.
 */
export class PairPrinter {
  readonly comparison: RunComparison;

  constructor(comparison: RunComparison) {
    this.comparison = comparison;
  }

  /** A number; a dash when there is none. */
  num(pointer: string, format: NumberFormat): Markup {
    const value = descend(this.comparison, pointer);
    if (typeof value !== "number") return element(pointer, "none", "–");
    return element(pointer, format, NUMBER_FORMATS[format](value));
  }

  /** A number of a measure in its unit. */
  inUnit(pointer: string, unit: ObjectiveRecord["unit"]): Markup {
    return this.num(pointer, formatOfUnit(unit));
  }

  /** The same where the unit is said beside it. */
  bare(pointer: string, unit: ObjectiveRecord["unit"]): Markup {
    return this.num(pointer, bareFormatOfUnit(unit));
  }

  /** Text, digits and all; a dash when there is none. */
  text(pointer: string): Markup {
    const value = descend(this.comparison, pointer);
    if (value === undefined || value === null) return element(pointer, "none", "–");
    return element(pointer, "text", String(value));
  }

  /** A verdict as sign and word. */
  verdict(verdict: Verdict | null): Markup {
    if (verdict === null) return html`<span class="v v-none">not judged</span>`;
    const { sign, word } = VERDICT_WORDS[verdict];
    return html`<span class="${`v v-${verdict}`}"
      ><span class="sign" aria-hidden="true">${sign}</span> ${word}</span
    >`;
  }
}

function element(pointer: string, as: string, text: string): Markup {
  return new Markup(`<span data-ref="${escape(pointer)}" data-as="${as}">${escape(text)}</span>`);
}
