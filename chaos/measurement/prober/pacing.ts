import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Schedule } from "./schedule.ts";

/** The thread that says when something is due. */
export interface Pacer {
  start(schedule: Schedule): void;
  /** Ends the thread; nothing is due any more. */
  stop(): void;
}

/**
 * Starts the pacer's thread. `onDue` may come once for several due probes, comes once more when the
 * schedule is over, and after a `stop` once more.
 */
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
