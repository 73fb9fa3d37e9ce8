import { setTimeout as sleep } from "node:timers/promises";
import type { ProberStream } from "../load/prober-stream.ts";
import type { Scenario } from "../scenario.ts";

const LOOK_EVERY_MS = 10;

/**
 * Resolves when the recovery is stable, or when there was nothing to recover from for the whole
 * time that the scenario observes. Loads beside the main one prolong it: none may have failed since.
 *
 * @param injectedNs P1
 * @param endNs injection or healing of the last fault, whichever came last
 */
export async function observe(
  scenario: Pick<Scenario, "observeMs" | "stableMs" | "load">,
  stream: ProberStream,
  injectedNs: bigint,
  endNs: bigint,
  signal: AbortSignal,
  alongside: readonly Pick<ProberStream, "lastFailureNs">[] = [],
): Promise<void> {
  const { observeMs, stableMs, load } = scenario;
  const until = endNs + BigInt(Math.round(observeMs * 1e6));
  // Until the last open probe could have failed, a recovery is not known to be stable.
  const quietNs = BigInt(Math.round((stableMs + load.totalTimeoutMs) * 1e6));
  while (process.hrtime.bigint() < until) {
    signal.throwIfAborted();
    const { lastFailureNs, lastSuccessNs } = stream;
    const impact = lastFailureNs !== null && lastFailureNs >= injectedNs;
    const quietFrom = [stream, ...alongside].reduce(
      (latest, { lastFailureNs: ns }) => (ns !== null && ns > latest ? ns : latest),
      endNs,
    );
    if (impact && lastSuccessNs !== null && lastSuccessNs - quietFrom >= quietNs) return;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
