import { NUMBER_FORMATS } from "../../report/format.ts";

/** Milliseconds at an axis: no decimals that say nothing. */
export function tickText(ms: number): string {
  return ms < 1
    ? `${Number(ms.toPrecision(2))}\u00a0ms`
    : NUMBER_FORMATS.ms(ms).replace(/\.0+(?!\d)/, "");
}

/** Whether a value is 1, 2 or 5 times a power of ten: those are worth a label on a logarithmic axis. */
export function isRound(value: number): boolean {
  const leading = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5].includes(Number(leading.toPrecision(2)));
}
