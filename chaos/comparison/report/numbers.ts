import { decimal, NUMBER_FORMATS } from "../../report/format.ts";
import type { MetricId } from "../metric.ts";

/** How numbers of a comparison are written. A format takes the value as it is in the record. */
export const FORMATS = {
  count: NUMBER_FORMATS.count,
  plain: NUMBER_FORMATS.plain,
  duration: NUMBER_FORMATS.duration,
  ms: NUMBER_FORMATS.ms,
  /** Milliseconds more or less. */
  "ms-difference": (value: number) => signed(value, 1),
  /** A share of 0 to 1. */
  share: (value: number) => `${decimal(value * 100, 2)}\u00a0%`,
  /** A difference of shares in percentage points. */
  "share-difference": (value: number) => signed(value * 100, 2),
  "p-value": (value: number) => (value < 0.0005 ? "< 0.001" : decimal(value, 3)),
  effect: (value: number) => decimal(value, 2),
} as const satisfies Record<string, (value: number) => string>;

/** The name of one of them. */
export type Format = keyof typeof FORMATS;

/** How values of a metric are written, and differences of them. */
export const METRIC_FORMATS: Readonly<
  Record<
    MetricId,
    { readonly value: Format; readonly difference: Format; readonly differenceUnit: string }
  >
> = {
  failed: { value: "share", difference: "share-difference", differenceUnit: "percentage points" },
  p99: { value: "ms", difference: "ms-difference", differenceUnit: "ms" },
};

/** What stands where there is no number. */
export const NO_NUMBER = "–";

/** A number in one of the formats, or the sign for none. */
export function written(value: number | null | undefined, format: Format): string {
  return value === null || value === undefined ? NO_NUMBER : FORMATS[format](value);
}

function signed(value: number, digits: number): string {
  const text = decimal(value, digits);
  return Number(value.toFixed(digits)) > 0 ? `+${text}` : text;
}
