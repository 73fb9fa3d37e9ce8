import type { Printer } from "./printer.ts";

/** Requests are looked at in steps of this length, or of a longer one where these would be too many. */
const STEPS_MS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000];
const MOST_STEPS = 64;

/** From so many answers on a p50 is shown, and from so many a p99. */
const LEAST_FOR_MEDIAN = 10;
const LEAST_FOR_P99 = 100;

/** A stretch of time, milliseconds after P1. */
export interface TimeBin {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The time that plots over all trials show, cut into steps. */
export interface TimeAxis {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly bins: readonly TimeBin[];
  /** The upper line over time: a p99 needs many answers a step, the slowest needs one. */
  readonly upper: { readonly q: number; readonly name: "p99" | "slowest" };
}

/** Everything on a plot over time is about these. */
export const COUNTED = "trials=counted";

/**
 * The time that most trials were probed for, without a long wait before the fault; null when no
 * trial that counts was probed, or when the main load holds connections and asks for nothing.
 */
export function timeAxis(print: Printer): TimeAxis | null {
  if (print.run.record.load.class === "long-lived") return null;
  const rows = print.references.probes.rows(COUNTED);
  const firsts = new Map<number, number>();
  const lasts = new Map<number, number>();
  let lastFailure = 0;
  for (const { position, intendedMs, probe } of rows) {
    if (!firsts.has(position)) firsts.set(position, intendedMs);
    lasts.set(position, intendedMs);
    if (probe.outcome !== "ok") lastFailure = Math.max(lastFailure, intendedMs);
  }
  const [first, last] = [median([...firsts.values()]), median([...lasts.values()])];
  if (first === null || last === null || first >= 0 || last <= 0) return null;
  const end = Math.max(last, Math.min(lastFailure * 1.1, Math.max(...lasts.values())));
  const start = Math.max(first, -Math.max(end / 2, 500));
  const stepMs =
    STEPS_MS.find((step) => (end - start) / step <= MOST_STEPS) ?? (end - start) / MOST_STEPS;
  const bins: TimeBin[] = [];
  for (let step = Math.ceil(start / stepMs); (step + 1) * stepMs <= end; step += 1) {
    bins.push({ fromMs: step * stepMs, toMs: (step + 1) * stepMs });
  }
  const answered = bins.map((bin) =>
    print.references.numberOf(binQuery(bin, "probes", "outcome=ok")),
  );
  const typical = median(answered.map((count) => count ?? 0).filter((count) => count > 0)) ?? 0;
  return {
    startMs: start,
    endMs: end,
    stepMs,
    bins,
    upper: typical >= LEAST_FOR_P99 ? { q: 0.99, name: "p99" } : { q: 1, name: "slowest" },
  };
}

/** The reference of a statistic over one step. */
export function binQuery({ fromMs, toMs }: TimeBin, statistic: string, more: string): string {
  return `${statistic}?${COUNTED}&from=${fromMs}&to=${toMs}&${more}`;
}

/** The reference of a quantile of the answers of one step, or null when they are too few for it. */
export function quantileQuery(print: Printer, bin: TimeBin, q: number): string | null {
  const answered = print.references.numberOf(binQuery(bin, "probes", "outcome=ok")) ?? 0;
  const least = q === 0.5 ? LEAST_FOR_MEDIAN : q === 0.99 ? LEAST_FOR_P99 : 1;
  return answered < least ? null : binQuery(bin, "latency", `q=${q}&outcome=ok`);
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}
