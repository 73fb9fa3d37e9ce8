import { numberAt } from "../../report/reference.ts";
import { escape, Markup } from "../../report/html/markup.ts";
import type { ComparisonRecord } from "../record.ts";
import { NO_NUMBER, written, type Format } from "./numbers.ts";

/**
 * The one way in which a number gets into the page: by its JSON pointer into the record (RFC 6901),
 * which stays on the element as `data-ref`, beside its format as `data-as`.
 */
export class RecordPrinter {
  readonly record: ComparisonRecord;

  constructor(record: ComparisonRecord) {
    this.record = record;
  }

  /** The number at a pointer; a dash when there is none. */
  num(pointer: string, format: Format): Markup {
    const value = numberAt(this.record, pointer);
    const as = value === null ? "none" : format;
    return new Markup(
      `<span data-ref="${escape(pointer)}" data-as="${as}">${escape(value === null ? NO_NUMBER : written(value, format))}</span>`,
    );
  }

  /** Two numbers below one pointer: `low to high`. */
  range(pointer: string, format: Format): Markup {
    const [low, high] = [`${pointer}/low`, `${pointer}/high`].map((end) => this.num(end, format));
    return new Markup(`${low?.source ?? ""} to ${high?.source ?? ""}`);
  }
}
