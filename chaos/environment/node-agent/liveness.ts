import { setTimeout as sleep } from "node:timers/promises";
import type { EventSink } from "../../../balancer/index.ts";
import type { Liveness } from "../../../stacks/topology.ts";
import { signalAll, treeOf } from "../process-tree.ts";
import type { Child } from "./child.ts";
import { livenessAttempt } from "./process-attempts.ts";
import type { Attempt } from "./readiness.ts";

/** The wait before the second restart in a row; each further one is twice as long. */
const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 30_000;
/** A process that was alive for that long begins anew: its next restart is not one in a row. */
const FORGET_AFTER_MS = 60_000;

/** How long to wait before the next restart; the first one comes at once. */
export function backOffMs(restartsInARow: number): number {
  if (restartsInARow === 0) return 0;
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (restartsInARow - 1));
}

/** The restarts in a row that still count after a process was alive for some time. */
export function restartsAfter(restartsInARow: number, aliveMs: number): number {
  return aliveMs >= FORGET_AFTER_MS ? 0 : restartsInARow;
}

/** What keeping a process alive takes. */
export interface KeepAliveOptions {
  readonly liveness: Liveness;
  /** Aborted when the node stops. */
  readonly signal: AbortSignal;
  readonly emit: EventSink;
  /** Starts it again. @returns it once it is ready @throws Error when it does not get ready; it has ended then */
  readonly start: () => Promise<Child>;
}

/**
 * Asks a process that has been ready, time and again, whether it is alive. One that does not answer
 * often enough is killed, since it may be deaf to anything milder, and started again.
 *
 * Resolves when it ended by itself, which is told and not undone, or when the node stops.
 */
export async function keepAlive(first: Child, options: KeepAliveOptions): Promise<void> {
  const { liveness, emit } = options;
  const attempt = livenessAttempt(liveness);
  let [child, restarts] = [first, 0];
  for (;;) {
    const readyAt = performance.now();
    const seen = await untilDead(child, attempt, options);
    if (seen === null) return;
    const failedAt = performance.now();
    const { name, pid } = child;
    emit("process.liveness-failed", { name, pid, seen, failures: liveness.failures });
    // Children of a stopped process would hold its output, and so its end, back.
    signalAll(treeOf(pid), "SIGKILL");
    await child.exited;
    const next = await startedAgain(name, restartsAfter(restarts, failedAt - readyAt), options);
    if (next === null) return;
    ({ child, restarts } = next);
    const tookMs = Math.round(performance.now() - failedAt);
    emit("process.restarted", { name, pid: child.pid, restarts, tookMs });
  }
}

/** What was seen last when a process has failed often enough; null when that is nobody's concern any more. */
async function untilDead(
  child: Child,
  attempt: Attempt,
  { liveness, signal: stopping }: KeepAliveOptions,
): Promise<string | null> {
  const ended = new AbortController();
  void child.exited.then(() => ended.abort());
  const signal = AbortSignal.any([stopping, ended.signal]);
  let failures = 0;
  for (;;) {
    const beganAt = performance.now();
    const seen = await attempt();
    if (signal.aborted) return null;
    failures = seen === null ? 0 : failures + 1;
    if (seen !== null && failures >= liveness.failures) return seen;
    const restMs = liveness.intervalMs - (performance.now() - beganAt);
    if (!(await pause(Math.max(0, restMs), signal))) return null;
  }
}

/** Starts a process until it gets ready; null when the node stops before. */
async function startedAgain(
  name: string,
  restartsBefore: number,
  { liveness, signal, emit, start }: KeepAliveOptions,
): Promise<{ readonly child: Child; readonly restarts: number } | null> {
  for (let restarts = restartsBefore; ;) {
    if (!(await pause(backOffMs(restarts), signal))) return null;
    restarts += 1;
    try {
      return { child: await start(), restarts };
    } catch (error) {
      if (signal.aborted) return null;
      const seen = error instanceof Error ? error.message : String(error);
      emit("process.liveness-failed", { name, pid: null, seen, failures: liveness.failures });
    }
  }
}

/** Whether the time passed before the signal came. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
