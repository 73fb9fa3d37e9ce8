import { parentPort, workerData } from "node:worker_threads";

/**
 * The pacer's thread: sleeps until a probe is due, then tells the main thread. A thread of its own
 * that waits on a futex keeps time better than any timer of the event loop, and costs far less than
 * spinning, which would take the core from what is measured.
 */

const port = parentPort;
if (port === null)
  throw new Error("pacer.ts runs as a worker thread; start prober/main.ts instead.");

const stopped = new Int32Array(workerData as SharedArrayBuffer);

port.once("message", (schedule: { startNs: bigint; periodNs: number; count: number }) => {
  const { startNs, periodNs, count } = schedule;
  let next = 0;
  while (next < count) {
    const elapsedNs = Number(process.hrtime.bigint() - startNs);
    const waitNs = next * periodNs - elapsedNs;
    if (waitNs > 0) {
      if (Atomics.wait(stopped, 0, 0, waitNs / 1e6) !== "timed-out") break;
      // The wait may end a little early; only the clock decides.
      continue;
    }
    // One message for all that is due: the main thread issues by its own clock.
    port.postMessage("due");
    next = Math.floor(elapsedNs / periodNs) + 1;
  }
  port.close();
});

port.postMessage("ready");
