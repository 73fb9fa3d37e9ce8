import {
  CURVE,
  type Failures,
  type RunResult,
  type TimeWindow,
  type Waiting,
} from "./run-result.ts";

/** How a request ended for its client. */
export type Outcome = "ok" | keyof Failures;

/** Parts into which the counted time is cut for curves over time. */
const WINDOWS = 60;
/** A percentile needs this many requests beyond it; in one of many windows a single one will do. */
const BEYOND = { run: 10, window: 1 } as const;

/** Counts what became of requests, exactly: no request is sampled away. */
export class Tally {
  readonly #fromMs: number;
  readonly #windowMs: number;
  readonly #windows: { arrived: number; failed: number; toChanged: number }[];
  readonly #failures: Record<keyof Failures, number> = {
    late: 0,
    errors: 0,
    refused: 0,
    unserved: 0,
  };
  readonly #sent: Float64Array;
  readonly #changed: Uint8Array;
  #waited: Float64Array;
  #waitedIn: Uint8Array;
  #waits = 0;
  #requests = 0;
  #mostInFlight = 0;

  /**
   * @param fromMs when counting begins
   * @param spanMs about how long requests that count arrive
   * @param backends how many there are
   * @param changed the backends that something happens to
   */
  constructor(fromMs: number, spanMs: number, backends: number, changed: ReadonlySet<number>) {
    this.#fromMs = fromMs;
    this.#windowMs = spanMs / WINDOWS;
    this.#windows = Array.from({ length: WINDOWS }, () => ({
      arrived: 0,
      failed: 0,
      toChanged: 0,
    }));
    this.#sent = new Float64Array(backends);
    this.#changed = Uint8Array.from({ length: backends }, (_, index) =>
      changed.has(index) ? 1 : 0,
    );
    this.#waited = new Float64Array(1024);
    this.#waitedIn = new Uint8Array(1024);
  }

  /** A request was sent to a backend that has so many in flight with it. */
  sent(arrivedAtMs: number, backend: number, inFlight: number): void {
    this.#sent[backend] = (this.#sent[backend] as number) + 1;
    if (inFlight > this.#mostInFlight) this.#mostInFlight = inFlight;
    const window = this.#windows[this.#windowAt(arrivedAtMs)];
    if (window !== undefined && this.#changed[backend] === 1) window.toChanged += 1;
  }

  /** A request is over for its client. */
  ended(arrivedAtMs: number, now: number, outcome: Outcome): void {
    this.#requests += 1;
    const at = this.#windowAt(arrivedAtMs);
    const window = this.#windows[at];
    if (window !== undefined) {
      window.arrived += 1;
      if (outcome !== "ok") window.failed += 1;
    }
    if (outcome !== "ok") this.#failures[outcome] += 1;
    // An error says nothing about how long an answer takes.
    if (outcome !== "ok" && outcome !== "late") return;
    if (this.#waits === this.#waited.length) this.#grow();
    this.#waited[this.#waits] = now - arrivedAtMs;
    this.#waitedIn[this.#waits] = at;
    this.#waits += 1;
  }

  /** What was counted. */
  result(policy: string, seed: number, endedAtMs: number): RunResult {
    const failed = Object.values(this.#failures).reduce((sum, count) => sum + count, 0);
    return {
      policy,
      seed,
      requests: this.#requests,
      succeeded: this.#requests - failed,
      failed: { ...this.#failures },
      waiting: waitingOf(this.#waited.slice(0, this.#waits).sort()),
      balance: balanceOf(this.#sent, this.#mostInFlight),
      endedAtMs,
      windows: this.#windowResults(),
    };
  }

  #windowResults(): TimeWindow[] {
    // Waits by window, all in one array: each window's part begins where that of the former ends.
    const counts = new Uint32Array(WINDOWS);
    for (let index = 0; index < this.#waits; index += 1) counts[this.#waitedIn[index] as number]!++;
    let begin = 0;
    const begins = Uint32Array.from(counts, (count) => (begin += count) - count);
    const next = Uint32Array.from(begins);
    const waits = new Float64Array(this.#waits);
    for (let index = 0; index < this.#waits; index += 1) {
      const window = this.#waitedIn[index] as number;
      waits[next[window]!++] = this.#waited[index] as number;
    }
    return this.#windows.map(({ arrived, failed, toChanged }, index) => {
      const sorted = waits.subarray(begins[index], next[index]).sort();
      return {
        fromMs: this.#fromMs + index * this.#windowMs,
        arrived,
        failed,
        toChanged,
        medianMs: percentile(sorted, 0.5, BEYOND.window),
        p99Ms: percentile(sorted, 0.99, BEYOND.window),
      };
    });
  }

  #windowAt(arrivedAtMs: number): number {
    // The last one takes what arrives later than expected.
    return Math.min(WINDOWS - 1, Math.floor((arrivedAtMs - this.#fromMs) / this.#windowMs));
  }

  #grow(): void {
    const waited = new Float64Array(this.#waits * 2);
    const waitedIn = new Uint8Array(this.#waits * 2);
    waited.set(this.#waited);
    waitedIn.set(this.#waitedIn);
    this.#waited = waited;
    this.#waitedIn = waitedIn;
  }
}

function waitingOf(sorted: Float64Array): Waiting {
  return {
    meanMs: sorted.length === 0 ? null : sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length,
    p50Ms: percentile(sorted, 0.5),
    p90Ms: percentile(sorted, 0.9),
    p99Ms: percentile(sorted, 0.99),
    p999Ms: percentile(sorted, 0.999),
    maxMs: sorted.at(-1) ?? null,
    curveMs: CURVE.map((q) => percentile(sorted, q)),
  };
}

/** By nearest rank; null when too few values lie beyond it to say. */
function percentile(sorted: Float64Array, q: number, beyond: number = BEYOND.run): number | null {
  if (sorted.length * (1 - q) < beyond - 1e-9) return null;
  return sorted[Math.ceil(q * sorted.length - 1e-9) - 1] ?? null;
}

function balanceOf(sent: Float64Array, mostInFlight: number): RunResult["balance"] {
  const total = sent.reduce((sum, count) => sum + count, 0);
  const squares = sent.reduce((sum, count) => sum + count * count, 0);
  return {
    maxOverMean:
      total === 0 ? null : (sent.reduce((a, b) => Math.max(a, b), 0) * sent.length) / total,
    jain: total === 0 ? null : total ** 2 / (sent.length * squares),
    mostInFlight,
  };
}
