import type { ProbePlan, ProbeRecord, ProberQuality } from "../probe.ts";
import { Deadlines } from "./deadlines.ts";
import { FreshProbe, requestWriter, type ProbeEnd } from "./fresh-probe.ts";
import { intendedNs, type Schedule } from "./pacing.ts";
import { QualityMeter } from "./quality.ts";

/** More outstanding probes than 1.5 times what a total outage leaves open are not sent but counted. */
const OUTSTANDING_FACTOR = 1.5;

/** Where a test may put its foot in. */
export interface ProberHooks {
  /** Called before probe `seq` is stamped and sent. */
  readonly beforeSend?: (seq: number) => void;
}

/** What becomes of the probes. */
export interface ProberSink extends ProberHooks {
  readonly onRecord: (record: ProbeRecord) => void;
  /** Called once, when no probe is outstanding and none will follow. */
  readonly onFinished: (quality: ProberQuality) => void;
}

/**
 * Open-loop load: probe k is due at start + k/rate whatever became of the others. A late event loop
 * sends all that is due at once and skips none, so that waiting is seen as latency, counted from the
 * intended time, and not hidden by fewer requests.
 */
export class Prober {
  readonly schedule: Schedule;
  readonly #plan: ProbePlan;
  readonly #sink: ProberSink;
  readonly #request: (seq: number) => string;
  readonly #maxOutstanding: number;
  #quality = new QualityMeter();
  readonly #connects: Deadlines<FreshProbe>;
  readonly #totals: Deadlines<FreshProbe>;
  #next = 0;
  #outstanding = 0;
  #phase: "running" | "ending" | "finished" = "running";

  /** @param startNs CLOCK_MONOTONIC, when probe 0 is due */
  constructor(plan: ProbePlan, startNs: bigint, sink: ProberSink) {
    this.schedule = {
      startNs,
      periodNs: 1e9 / plan.ratePerSecond,
      count: Math.ceil((plan.maxDurationMs * plan.ratePerSecond) / 1000),
    };
    this.#plan = plan;
    this.#sink = sink;
    this.#request = requestWriter(plan);
    this.#maxOutstanding = maxOutstanding(plan);
    this.#connects = new Deadlines(plan.connectTimeoutMs, {
      now,
      isOpen: (probe) => probe.isConnecting,
      onExpired: (probe) => probe.timeOut(),
    });
    this.#totals = new Deadlines(plan.totalTimeoutMs, {
      now,
      isOpen: (probe) => probe.isOpen,
      onExpired: (probe) => probe.timeOut(),
    });
  }

  /** Sends everything that is due by now. */
  due(): void {
    if (this.#phase !== "running") return;
    const nowNs = now();
    while (this.#next < this.schedule.count && intendedNs(this.schedule, this.#next) <= nowNs) {
      const seq = this.#next;
      this.#next += 1;
      this.#send(seq);
    }
    if (this.#next === this.schedule.count) this.#windDown();
  }

  /** Begins its account of itself anew: what was before, such as its own warming up, is not told. */
  accountAnew(): void {
    this.#quality.finish();
    this.#quality = new QualityMeter();
  }

  /** Sends what is due, then nothing more; outstanding probes end within their total timeout. */
  stop(): void {
    this.due();
    if (this.#phase === "running") this.#windDown();
  }

  #send(seq: number): void {
    if (this.#outstanding >= this.#maxOutstanding) {
      this.#quality.dropped();
      return;
    }
    this.#sink.beforeSend?.(seq);
    const sentNs = now();
    this.#outstanding += 1;
    const lagNs = Number(sentNs - intendedNs(this.schedule, seq));
    this.#quality.sent(lagNs / 1e6, this.#outstanding);
    const probe = new FreshProbe(this.#plan, this.#request(seq), seq, sentNs, this.#ended);
    this.#connects.add(probe, sentNs);
    this.#totals.add(probe, sentNs);
  }

  readonly #ended = (probe: FreshProbe, end: ProbeEnd): void => {
    const completedNs = now();
    this.#outstanding -= 1;
    const { outcome, ...rest } = end;
    if (outcome === null) {
      this.#quality.turnedOutDropped();
    } else {
      this.#sink.onRecord({
        seq: probe.seq,
        class: "fresh",
        intendedNs: intendedNs(this.schedule, probe.seq).toString(),
        sentNs: probe.sentNs.toString(),
        completedNs: completedNs.toString(),
        outcome,
        ...rest,
      });
    }
    this.#finishIfIdle();
  };

  #windDown(): void {
    this.#phase = "ending";
    this.#finishIfIdle();
  }

  #finishIfIdle(): void {
    if (this.#phase !== "ending" || this.#outstanding > 0) return;
    this.#phase = "finished";
    this.#connects.clear();
    this.#totals.clear();
    this.#sink.onFinished(this.#quality.finish());
  }
}

/** How many probes of a plan may be outstanding at once. */
export function maxOutstanding(plan: ProbePlan): number {
  return Math.ceil(((plan.ratePerSecond * plan.totalTimeoutMs) / 1000) * OUTSTANDING_FACTOR);
}

function now(): bigint {
  return process.hrtime.bigint();
}
