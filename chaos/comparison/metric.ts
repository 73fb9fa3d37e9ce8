import type { RunValues } from "./record.ts";

/** What policies are ranked by; less is better. */
export interface Metric {
  readonly id: MetricId;
  /** For headings. */
  readonly title: string;
  readonly valueOf: (run: RunValues) => number | null;
  /**
   * What makes no difference in practice.
   *
   * @param best median of the best policy
   */
  readonly marginAt: (best: number) => number;
  /** The margin in words. */
  readonly margin: string;
}

/** The metrics by name. */
export const METRIC_IDS = ["failed", "p99"] as const;

/** The name of one of them. */
export type MetricId = (typeof METRIC_IDS)[number];

/** Requests in a thousand that nobody would notice. */
const FAILED_MARGIN = 0.002;
const P99_MARGIN = { share: 0.05, leastMs: 2 } as const;

/** All of them. */
export const METRICS: Readonly<Record<MetricId, Metric>> = {
  failed: {
    id: "failed",
    title: "share of requests that were not answered well in time",
    valueOf: ({ failedShare }) => failedShare,
    marginAt: () => FAILED_MARGIN,
    margin: "2 requests in 1,000",
  },
  p99: {
    id: "p99",
    title: "99th percentile of how long answers took, errors left out",
    valueOf: ({ p99Ms }) => p99Ms,
    marginAt: (best) => Math.max(P99_MARGIN.leastMs, best * P99_MARGIN.share),
    margin: "5 %, or 2 ms",
  },
};
