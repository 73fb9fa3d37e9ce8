import { z } from "zod";

/**
 * Units: durations and sizes as people write them in a configuration, and the numbers that the code uses.
 */

const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)$/;
const MS_PER: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const SIZE = /^(\d+)(B|KiB|MiB|GiB)$/;
const BYTES_PER: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** Milliseconds of a duration such as `"250ms"`, `"10s"`, `"1.5m"`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  const perUnit = MS_PER[match?.[2] ?? ""];
  return match === null || perUnit === undefined ? undefined : Number(match[1]) * perUnit;
}

/** A duration in the largest unit that needs no fraction. */
export function formatDuration(ms: number): string {
  for (const unit of ["h", "m", "s"] as const) {
    const perUnit = MS_PER[unit] ?? 1;
    if (ms >= perUnit && ms % perUnit === 0) return `${ms / perUnit}${unit}`;
  }
  return Number.isInteger(ms) ? `${ms}ms` : `${Math.round(ms * 1000)}us`;
}

/** Bytes of a size such as `"64KiB"`; undefined when it is not one. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  const perUnit = BYTES_PER[match?.[2] ?? ""];
  return match === null || perUnit === undefined ? undefined : Number(match[1]) * perUnit;
}

/**
 * A duration field; its value after parsing is milliseconds.
 *
 * @param range bounds in milliseconds, both inclusive
 */
export function duration(range: { readonly minMs: number; readonly maxMs: number }) {
  return z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms === undefined) {
      context.addIssue('is not a duration | Write a number and a unit: "250ms", "10s", "2m".');
      return z.NEVER;
    }
    if (ms < range.minMs || ms > range.maxMs) {
      context.addIssue(
        `is out of range | Use ${formatDuration(range.minMs)} to ${formatDuration(range.maxMs)}.`,
      );
      return z.NEVER;
    }
    return ms;
  });
}

/**
 * A size field; its value after parsing is bytes.
 *
 * @param range bounds in bytes, both inclusive
 */
export function size(range: { readonly minBytes: number; readonly maxBytes: number }) {
  return z.string().transform((text, context) => {
    const bytes = parseSize(text);
    if (bytes === undefined) {
      context.addIssue('is not a size | Write a whole number and a unit: "512B", "64KiB", "1MiB".');
      return z.NEVER;
    }
    if (bytes < range.minBytes || bytes > range.maxBytes) {
      context.addIssue(`is out of range | Use ${range.minBytes}B to ${range.maxBytes}B.`);
      return z.NEVER;
    }
    return bytes;
  });
}
