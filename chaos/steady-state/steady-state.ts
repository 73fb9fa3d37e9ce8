import { setTimeout as sleep } from "node:timers/promises";
import type { ProberStream } from "../load/prober-stream.ts";
import { nsOfMs } from "../measurement/monotonic.ts";
import type { SteadyState } from "../scenario.ts";

const LOOK_EVERY_MS = 10;

/** The steady state did not hold in time, so a fault would show nothing. */
export class NoSteadyState extends Error {
  readonly code = "no-steady-state";
  readonly side = "upstream";
  readonly retryable = false;
}

/** The steady state, reached. */
export interface Steady {
  /** P0: when it had held for as long as asked. */
  readonly armedNs: bigint;
  /** Since when it had held; what is measured begins here. */
  readonly sinceNs: bigint;
}

/**
 * Resolves when, for as long as the steady state asks, no probe has failed and none was sent late: a
 * prober that has just started, on a machine that has just started a lab, is late by itself. One that
 * is still late at the deadline measures all the same, and what it says of itself will tell.
 *
 * @param loadNs when the load began
 * @param onAnew called whenever it turned out not to have held, and may hold from now on
 * @throws NoSteadyState when probes failed until the deadline, with the outcomes that were seen
 */
export async function awaitSteadyState(
  stream: ProberStream,
  steady: SteadyState,
  loadNs: bigint,
  signal: AbortSignal,
  onAnew: () => void = () => undefined,
): Promise<Steady> {
  const heldNs = nsOfMs(steady.durationMs);
  const deadline = process.hrtime.bigint() + nsOfMs(steady.deadlineMs);
  let sinceNs = loadNs;
  const holdsSince = (ns: bigint): boolean =>
    stream.lastSuccessNs !== null && stream.lastSuccessNs - ns >= heldNs;
  while (process.hrtime.bigint() < deadline) {
    const latest = latestOf(loadNs, stream.lastFailureNs, stream.lastLateNs);
    if (latest !== sinceNs) {
      sinceNs = latest;
      onAnew();
    }
    if (holdsSince(sinceNs)) return { armedNs: process.hrtime.bigint(), sinceNs };
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  const healthySinceNs = latestOf(loadNs, stream.lastFailureNs);
  if (holdsSince(healthySinceNs)) {
    return { armedNs: process.hrtime.bigint(), sinceNs: healthySinceNs };
  }
  const outcomes = new Map<string, number>();
  for (const { outcome } of stream.records) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const seen = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  throw new NoSteadyState(
    `The steady state did not hold within ${steady.deadlineMs} ms: ${seen || "no probe ended"}. Look at the nodes' logs in the run folder.`,
  );
}

function latestOf(first: bigint, ...others: readonly (bigint | null)[]): bigint {
  return others.reduce((latest: bigint, ns) => (ns !== null && ns > latest ? ns : latest), first);
}
