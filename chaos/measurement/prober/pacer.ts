import { parentPort, workerData } from "node:worker_threads";
import { DueTimes, type Schedule } from "./schedule.ts";

/**
 * The pacer's thread: sleeps until a probe is due, then tells the main thread. A thread of its own
 * that waits on a futex keeps time better than any timer of the event loop, and costs far less than
 * spinning, which would take the core from what is measured.
 */

const port = parentPort;
if (port === null)
  throw new Error("pacer.ts runs as a worker thread; start prober/main.ts instead.");

const stopped = new Int32Array(workerData as SharedArrayBuffer);

port.once("message", (schedule: Schedule) => {
  const times = new DueTimes(schedule);
  let nextNs: number | null = times.nextNs ?? times.endNs;
  while (nextNs !== null) {
    const elapsedNs = Number(process.hrtime.bigint() - schedule.startNs);
    const waitNs = nextNs - elapsedNs;
    if (waitNs > 0) {
      if (Atomics.wait(stopped, 0, 0, waitNs / 1e6) !== "timed-out") break;
      // The wait may end a little early; only the clock decides.
      continue;
    }
    // One message for all that is due: the main thread issues by its own clock.
    port.postMessage("due");
    while (times.nextNs !== null && times.nextNs <= elapsedNs) times.advance();
    // The end of the schedule is told too: the last connection may have to be held until then.
    nextNs = times.nextNs ?? (elapsedNs < times.endNs ? times.endNs : null);
  }
  port.close();
});

port.postMessage("ready");
