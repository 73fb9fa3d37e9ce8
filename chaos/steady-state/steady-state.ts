import { setTimeout as sleep } from "node:timers/promises";
import type { ProberStream } from "../load/prober-stream.ts";
import { nsOfMs } from "../measurement/monotonic.ts";
import type { SteadyState } from "../scenario.ts";
import { stalledBehindFailures } from "./stalls.ts";

const LOOK_EVERY_MS = 10;

/** The steady state did not hold in time, so a fault would show nothing. */
export class NoSteadyState extends Error {
  readonly code = "no-steady-state";
  readonly side = "upstream";
  readonly retryable = false;
  /** For how long the machine stood still in all, if it did whenever probes failed; null otherwise. Milliseconds. */
  readonly stalledMs: number | null;
  #stolenMs: number | null = null;

  constructor(message: string, stalledMs: number | null) {
    super(message);
    this.stalledMs = stalledMs;
  }

  /** What the hypervisor took of the machine while it was waited for, if that explains every failure; null otherwise. */
  get stolenMs(): number | null {
    return this.#stolenMs;
  }

  /** Adds what was stolen meanwhile: no less than all stalls together explains them. */
  addStolen(stolenMs: number | null): void {
    const { stalledMs } = this;
    if (stalledMs !== null && stolenMs !== null && stolenMs >= stalledMs) this.#stolenMs = stolenMs;
  }
}

/** The steady state, reached. */
export interface Steady {
  /** P0: when it had held for as long as asked. */
  readonly armedNs: bigint;
  /** Since when it had held; what is measured begins here. */
  readonly sinceNs: bigint;
}

/** A load, as far as its steadiness goes. */
type SteadyLoad = Pick<
  ProberStream,
  "lastFailureNs" | "lastSuccessNs" | "lastLateNs" | "records" | "words"
>;

/**
 * Resolves when, for as long as the steady state asks, every load has succeeded, none of its probes has
 * failed, and none was sent late: a prober that has just started, on a machine that has just started a
 * lab, is late by itself. One that is still late at the deadline measures all the same, and what it says
 * of itself will tell.
 *
 * @param loads the main one first
 * @param loadNs when the load began
 * @param onAnew called whenever it turned out not to have held, and may hold from now on
 * @throws NoSteadyState when probes failed until the deadline, with what was seen of each load
 */
export async function awaitSteadyState(
  loads: readonly SteadyLoad[],
  steady: SteadyState,
  loadNs: bigint,
  signal: AbortSignal,
  onAnew: () => void = () => undefined,
): Promise<Steady> {
  const heldNs = nsOfMs(steady.durationMs);
  const deadline = process.hrtime.bigint() + nsOfMs(steady.deadlineMs);
  let sinceNs = loadNs;
  const holdsSince = (ns: bigint): boolean =>
    loads.every(({ lastSuccessNs }) => lastSuccessNs !== null && lastSuccessNs - ns >= heldNs);
  const failures = (): (bigint | null)[] => loads.map(({ lastFailureNs }) => lastFailureNs);
  while (process.hrtime.bigint() < deadline) {
    const latest = latestOf(loadNs, ...failures(), ...loads.map(({ lastLateNs }) => lastLateNs));
    if (latest !== sinceNs) {
      sinceNs = latest;
      onAnew();
    }
    if (holdsSince(sinceNs)) return { armedNs: process.hrtime.bigint(), sinceNs };
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  const healthySinceNs = latestOf(loadNs, ...failures());
  if (holdsSince(healthySinceNs)) {
    return { armedNs: process.hrtime.bigint(), sinceNs: healthySinceNs };
  }
  const seen = loads.map(({ words }) => words).join("; ");
  throw new NoSteadyState(
    `The steady state did not hold within ${steady.deadlineMs} ms: ${seen}. Look at the nodes' logs in the run folder.`,
    stalledBehindFailures(loads.flatMap(({ records }) => records)),
  );
}

function latestOf(first: bigint, ...others: readonly (bigint | null)[]): bigint {
  return others.reduce((latest: bigint, ns) => (ns !== null && ns > latest ? ns : latest), first);
}
