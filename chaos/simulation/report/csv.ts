import { csvOf } from "../../report/csv.ts";
import type { Comparison } from "./comparison.ts";

const COLUMNS = [
  "model",
  "policy",
  "repetition",
  "seed",
  "requests",
  "succeeded",
  "late",
  "errors",
  "refused",
  "unserved",
  "mean_ms",
  "p50_ms",
  "p90_ms",
  "p99_ms",
  "p999_ms",
  "max_ms",
  "max_over_mean",
  "jain",
  "most_in_flight",
] as const;

/** One line a run, with a header; what is not known stays empty (RFC 4180). */
export function renderCsv({ name, policies }: Comparison): string {
  const lines = policies.flatMap(({ policy, runs }) =>
    runs.map(({ seed, requests, succeeded, failed, waiting, balance }, repetition) => [
      name,
      policy,
      repetition,
      seed,
      requests,
      succeeded,
      failed.late,
      failed.errors,
      failed.refused,
      failed.unserved,
      waiting.meanMs,
      waiting.p50Ms,
      waiting.p90Ms,
      waiting.p99Ms,
      waiting.p999Ms,
      waiting.maxMs,
      balance.maxOverMean,
      balance.jain,
      balance.mostInFlight,
    ]),
  );
  return csvOf([COLUMNS, ...lines]);
}
