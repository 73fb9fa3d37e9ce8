import type { Verdict } from "./record.ts";

/**
 * How values are written, once for every report. A format takes the value as it is in the record.
 */

const MINUS = "\u2212";
const UNIT_SPACE = "\u00a0";

/** A number with a fixed count of decimals, thousands separated, and a true minus sign. */
export function decimal(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  const negative = rounded.startsWith("-") && Number(rounded) !== 0;
  const [whole = "0", fraction] = rounded.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${negative ? MINUS : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

function withUnit(text: string, unit: string): string {
  return `${text}${UNIT_SPACE}${unit}`;
}

/** Milliseconds as precise as their size deserves: `3.12`, `331.4`, `3,105`. */
function adaptive(ms: number): string {
  const size = Math.abs(ms);
  return decimal(ms, size < 10 ? 2 : size < 1000 ? 1 : 0);
}

/** Every way in which a number is written. */
export const NUMBER_FORMATS = {
  /** Milliseconds with their unit. */
  ms: (value: number) => withUnit(adaptive(value), "ms"),
  /** Milliseconds without, for columns and ranges. */
  "ms-bare": adaptive,
  /** Milliseconds with one decimal, so that columns align. */
  ms1: (value: number) => decimal(value, 1),
  /** Milliseconds after (or before) P1. */
  "ms-after": (value: number) =>
    withUnit(`${value < 0 ? "" : "+"}${decimal(value, Math.abs(value) < 1000 ? 1 : 0)}`, "ms"),
  /** A long duration, given in milliseconds. */
  duration: (value: number) =>
    value < 60_000
      ? withUnit(decimal(value / 1000, 1), "s")
      : `${withUnit(decimal(Math.floor(value / 60_000), 0), "min")} ${withUnit(decimal(Math.floor(value / 1000) % 60, 0), "s")}`,
  count: (value: number) => decimal(value, Number.isInteger(value) ? 0 : 1),
  /** A seed or an id: no separators. */
  plain: (value: number) => String(value),
  ratio: (value: number) => decimal(value, 4),
  slope: (value: number) => decimal(value, 2),
  /** A share of 0 to 1. */
  percent: (value: number) => withUnit(decimal(value * 100, 1), "%"),
  /** A quantile of 0 to 1, never rounded up: `p74`. */
  quantile: (value: number) => `p${Math.floor(value * 100 + 1e-9)}`,
  bytes: (value: number) =>
    value < 2 ** 30
      ? withUnit(decimal(value / 2 ** 20, 0), "MiB")
      : withUnit(decimal(value / 2 ** 30, 1), "GiB"),
} as const satisfies Record<string, (value: number) => string>;

/** The name of one of them. */
export type NumberFormat = keyof typeof NUMBER_FORMATS;

/** The format of an objective's values. */
export function formatOfUnit(unit: "ms" | "count" | "ratio"): NumberFormat {
  return unit;
}

/** The same without a unit, where the unit is said elsewhere. */
export function bareFormatOfUnit(unit: "ms" | "count" | "ratio"): NumberFormat {
  return unit === "ms" ? "ms-bare" : unit;
}

/** A sign and a word for each verdict; the sign tells them apart without colour. */
export const VERDICT_WORDS: Readonly<
  Record<Verdict, { readonly sign: string; readonly word: string; readonly meaning: string }>
> = {
  pass: { sign: "✓", word: "passed", meaning: "Every objective held." },
  fail: { sign: "✗", word: "failed", meaning: "At least one objective was missed." },
  inconclusive: {
    sign: "?",
    word: "inconclusive",
    meaning: "There is too little data to say whether the objectives hold.",
  },
  invalid: {
    sign: "!",
    word: "invalid",
    meaning: "The measurement or the injection cannot be trusted, so nothing is claimed.",
  },
  aborted: { sign: "■", word: "aborted", meaning: "The run stopped before its end." },
  "heal-failed": {
    sign: "⚠",
    word: "heal failed",
    meaning: "A fault could not be undone; run evenkeel heal.",
  },
};
