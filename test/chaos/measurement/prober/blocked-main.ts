import { runProber } from "../../../../chaos/measurement/prober/program.ts";

/** The prober, whose main thread stands still for 300 ms before probe 50. */
runProber({
  beforeSend: (seq) => {
    if (seq === 50) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  },
});
