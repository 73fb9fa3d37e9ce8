import { monitorEventLoopDelay } from "node:perf_hooks";
import type { ProberQuality } from "../probe.ts";

/** Period of the monitor's own timer; what it records is the time between two of its firings. */
const LOOP_RESOLUTION_MS = 10;

/** Collects what the prober says of itself at the end. */
export class QualityMeter {
  #lagsMs = new Float64Array(1024);
  #sent = 0;
  #dropped = 0;
  /** Counted as sent at first. */
  #unsent = 0;
  #maxOutstanding = 0;
  /** Connections that were there when the account began. */
  #held = 0;
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  #cpu = process.cpuUsage();
  #startNs = process.hrtime.bigint();

  constructor() {
    this.#loop.enable();
  }

  /**
   * Forgets everything so far.
   *
   * @param held connections that are held already: they count as intended and sent
   */
  beginAnew(held: number): void {
    this.#sent = 0;
    this.#dropped = 0;
    this.#unsent = 0;
    this.#maxOutstanding = 0;
    this.#held = held;
    this.#loop.reset();
    this.#cpu = process.cpuUsage();
    this.#startNs = process.hrtime.bigint();
  }

  /** A probe was sent. */
  sent(lagMs: number, outstanding: number): void {
    if (this.#sent === this.#lagsMs.length) {
      const wider = new Float64Array(this.#lagsMs.length * 2);
      wider.set(this.#lagsMs);
      this.#lagsMs = wider;
    }
    this.#lagsMs[this.#sent] = lagMs;
    this.#sent += 1;
    this.#maxOutstanding = Math.max(this.#maxOutstanding, outstanding);
  }

  /** A probe was due and could not be sent. */
  dropped(): void {
    this.#dropped += 1;
  }

  /** A probe that counts as sent never left this machine. */
  turnedOutDropped(sentNs: bigint): void {
    if (sentNs < this.#startNs) return;
    this.#dropped += 1;
    this.#unsent += 1;
  }

  /** Ends the measurement. The values are rounded to microseconds. */
  finish(): ProberQuality {
    this.#loop.disable();
    const lags = this.#lagsMs.slice(0, this.#sent).sort();
    const cpu = process.cpuUsage(this.#cpu);
    const elapsedUs = Number(process.hrtime.bigint() - this.#startNs) / 1e3;
    const loopP99Ms = this.#loop.count === 0 ? 0 : this.#loop.percentile(99) / 1e6;
    const sent = this.#held + this.#sent - this.#unsent;
    return {
      lagP50Ms: round(nearestRank(lags, 0.5)),
      lagP99Ms: round(nearestRank(lags, 0.99)),
      lagMaxMs: round(nearestRank(lags, 1)),
      eventLoopDelayP99Ms: round(Math.max(0, loopP99Ms - LOOP_RESOLUTION_MS)),
      intended: sent + this.#dropped,
      sent,
      dropped: this.#dropped,
      maxOutstanding: this.#maxOutstanding,
      cpuShare: round((cpu.user + cpu.system) / elapsedUs),
    };
  }
}

function nearestRank(sorted: Float64Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 1e3) / 1e3;
}
