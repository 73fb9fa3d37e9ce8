import { nearestRank } from "../../statistics/quantile.ts";
import type { Outcome, ProbeRecord } from "../../measurement/probe.ts";
import type { Failures } from "../../simulation/run-result.ts";
import type { RunValues } from "../record.ts";
import { SET_UP } from "../set-up.ts";

/** The simulator tells no percentile beyond which fewer requests lie. */
const BEYOND = 10;

/**
 * What the probes of a live run measured, counted as the simulator counts: requests meant to start
 * around the fault, waiting from then on, errors left out of the waiting.
 */
export function measuredRun(
  probes: readonly ProbeRecord[],
  injectedNs: bigint,
  about: Pick<RunValues, "repetition" | "seed">,
): RunValues {
  const { before, after } = SET_UP.countedMs;
  const counted = probes.filter(({ intendedNs }) => {
    const sinceMs = Number(BigInt(intendedNs) - injectedNs) / 1e6;
    return sinceMs >= -before && sinceMs < after;
  });
  const count = (...outcomes: readonly Outcome[]) =>
    counted.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const failed: Failures = {
    late: count("timeout"),
    refused: count("refused"),
    errors: count("http_error", "reset", "eof", "unreachable", "wrong_node", "corrupt"),
    // The balancer answers these with an error: they are among the errors.
    unserved: 0,
  };
  const waits = counted
    .filter(({ outcome }) => outcome === "ok" || outcome === "timeout")
    .map(({ intendedNs, completedNs }) => Number(BigInt(completedNs) - BigInt(intendedNs)) / 1e6);
  const all = Object.values<number>({ ...failed }).reduce((sum, one) => sum + one, 0);
  return {
    ...about,
    requests: counted.length,
    failed,
    failedShare: counted.length === 0 ? null : all / counted.length,
    meanMs: waits.length === 0 ? null : waits.reduce((sum, ms) => sum + ms, 0) / waits.length,
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
    maxMs: waits.length === 0 ? null : Math.max(...waits),
  };
}

function percentile(waits: readonly number[], q: number): number | null {
  return waits.length * (1 - q) < BEYOND - 1e-9 ? null : nearestRank(waits, q);
}
