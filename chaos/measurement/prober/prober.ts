import type { ProbePlan, ProbeRecord, ProberQuality } from "../probe.ts";
import { now, type Load } from "./load.ts";
import { QualityMeter } from "./quality.ts";
import { RequestLoad } from "./request-load.ts";
import { DueTimes, scheduleOf, type Schedule } from "./schedule.ts";
import { StreamLoad } from "./stream-load.ts";

/** Where a test may put its foot in. */
export interface ProberHooks {
  /** Called before probe `seq` is stamped and sent. */
  readonly beforeSend?: (seq: number) => void;
}

/** What becomes of the probes. */
export interface ProberSink extends ProberHooks {
  readonly onRecord: (record: ProbeRecord) => void;
  /** Of long-lived connections: how many are open, and how many were lost. */
  readonly onOpen: (open: { readonly count: number; readonly lost: number }) => void;
  /** Called once, when no probe is outstanding and none will follow. */
  readonly onFinished: (quality: ProberQuality) => void;
}

/**
 * Open-loop load: a probe is due when its schedule says so, whatever became of the others. A late event
 * loop sends all that is due at once and skips none, so that waiting is seen as latency, counted from the
 * intended time, and not hidden by fewer requests.
 */
export class Prober {
  readonly schedule: Schedule;
  readonly #sink: ProberSink;
  readonly #times: DueTimes;
  readonly #quality = new QualityMeter();
  readonly #load: Load;
  #phase: "running" | "ending" | "finished" = "running";

  /** @param startNs CLOCK_MONOTONIC, when the schedule begins */
  constructor(plan: ProbePlan, startNs: bigint, sink: ProberSink) {
    this.schedule = scheduleOf(plan, startNs);
    this.#sink = sink;
    this.#times = new DueTimes(this.schedule);
    const hooks = {
      quality: this.#quality,
      onRecord: sink.onRecord,
      onEnded: () => this.#finishIfIdle(),
      onOpen: sink.onOpen,
    };
    this.#load =
      plan.traffic.kind === "long-lived"
        ? new StreamLoad(plan, hooks)
        : new RequestLoad(plan, hooks);
  }

  /** Sends everything that is due by now. */
  due(): void {
    if (this.#phase !== "running") return;
    const { startNs } = this.schedule;
    const elapsedNs = Number(now() - startNs);
    const times = this.#times;
    while (times.nextNs !== null && times.nextNs <= elapsedNs) {
      this.#sink.beforeSend?.(times.seq);
      this.#load.send(times.seq, startNs + BigInt(times.nextNs));
      times.advance();
    }
    if (elapsedNs >= times.endNs) this.#windDown();
  }

  /**
   * Begins its account of itself anew: what was before, such as its own warming up, is not told. Held
   * connections that were lost by now were lost before what is measured, and are opened again.
   */
  accountAnew(): void {
    this.#quality.beginAnew(this.#load.held);
    this.#load.openLostAgain();
  }

  /** Sends what is due, then nothing more; outstanding probes end within their total timeout. */
  stop(): void {
    this.due();
    if (this.#phase === "running") this.#windDown();
  }

  #windDown(): void {
    this.#phase = "ending";
    this.#load.end();
    this.#finishIfIdle();
  }

  #finishIfIdle(): void {
    if (this.#phase !== "ending" || !this.#load.isIdle) return;
    this.#phase = "finished";
    this.#load.close();
    this.#sink.onFinished(this.#quality.finish());
  }
}
