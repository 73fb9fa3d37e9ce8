import { setTimeout as sleep } from "node:timers/promises";
import type { ProberStream } from "../load/prober-stream.ts";
import type { SteadyState } from "../scenario.ts";

const LOOK_EVERY_MS = 10;

/** The steady state did not hold in time, so a fault would show nothing. */
export class NoSteadyState extends Error {
  readonly code = "no-steady-state";
  readonly side = "upstream";
  readonly retryable = false;
}

/**
 * Resolves, with the time, when no probe has failed for as long as the steady state asks.
 *
 * @param sinceNs when the load began
 * @throws NoSteadyState at the deadline, with the outcomes that were seen
 */
export async function awaitSteadyState(
  stream: ProberStream,
  steady: SteadyState,
  sinceNs: bigint,
  signal: AbortSignal,
): Promise<bigint> {
  const held = BigInt(Math.round(steady.durationMs * 1e6));
  const deadline = process.hrtime.bigint() + BigInt(Math.round(steady.deadlineMs * 1e6));
  while (process.hrtime.bigint() < deadline) {
    const from = stream.lastFailureNs ?? sinceNs;
    if (stream.lastSuccessNs !== null && stream.lastSuccessNs - from >= held) {
      return process.hrtime.bigint();
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  const outcomes = new Map<string, number>();
  for (const { outcome } of stream.records) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const seen = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  throw new NoSteadyState(
    `The steady state did not hold within ${steady.deadlineMs} ms: ${seen || "no probe ended"}. Look at the nodes' logs in the run folder.`,
  );
}
