import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** When probes are due: probe k at `startNs` + k × `periodNs`, for k from 0 to `count` − 1. */
export interface Schedule {
  /** CLOCK_MONOTONIC. */
  readonly startNs: bigint;
  /** May be fractional; intended times are rounded one by one, so no error adds up. */
  readonly periodNs: number;
  readonly count: number;
}

/** When probe `seq` is due. */
export function intendedNs(schedule: Schedule, seq: number): bigint {
  return schedule.startNs + BigInt(Math.round(seq * schedule.periodNs));
}

/** The thread that says when something is due. */
export interface Pacer {
  start(schedule: Schedule): void;
  /** Ends the thread; nothing is due any more. */
  stop(): void;
}

/** Starts the pacer's thread. `onDue` may come once for several due probes, and after a `stop` once more. */
export function startPacer(hooks: {
  readonly onReady: () => void;
  readonly onDue: () => void;
}): Pacer {
  const stopped = new SharedArrayBuffer(4);
  // Beside this file as a source, beside its bundle as a bundle.
  const pacer = new URL(`pacer${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(pacer, { workerData: stopped });
  worker.on("message", (message: "ready" | "due") => {
    if (message === "due") hooks.onDue();
    else hooks.onReady();
  });
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    start: (schedule) => worker.postMessage(schedule),
    stop: () => {
      const flag = new Int32Array(stopped);
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
      // A pacer that was never started waits for its schedule, not on the flag.
      void worker.terminate();
    },
  };
}
