import { csvOf } from "../../report/csv.ts";
import type { ComparisonRecord, RunValues } from "../record.ts";

const COLUMNS = [
  "fault",
  "policy",
  "measured",
  "repetition",
  "seed",
  "requests",
  "failed_share",
  "late",
  "errors",
  "refused",
  "unserved",
  "mean_ms",
  "p50_ms",
  "p99_ms",
  "max_ms",
] as const;

/** One line a run, simulated or live, with a header; what is not known stays empty (RFC 4180). */
export function renderComparisonCsv({ faults }: ComparisonRecord): string {
  const lines = faults.flatMap(({ id, cells }) =>
    cells.flatMap(({ policy, runs, live }) => [
      ...runs.map((run) => lineOf(id, policy, "simulated", run)),
      ...(live?.runs ?? []).map((run) => lineOf(id, policy, "live", run)),
    ]),
  );
  return csvOf([COLUMNS, ...lines]);
}

function lineOf(
  fault: string,
  policy: string,
  measured: "simulated" | "live",
  run: RunValues,
): (string | number | null)[] {
  const { repetition, seed, requests, failedShare, failed, meanMs, p50Ms, p99Ms, maxMs } = run;
  const { late, errors, refused, unserved } = failed;
  return [
    ...[fault, policy, measured, repetition, seed, requests, failedShare],
    ...[late, errors, refused, unserved, meanMs, p50Ms, p99Ms, maxMs],
  ];
}
