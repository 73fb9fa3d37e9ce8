import { parseConfig, type ConfigInput } from "../../../balancer/config.ts";
import type { OutlierEffect } from "../../../balancer/health/outlier-effect.ts";
import type { Judged } from "../../../balancer/health/outlier-member.ts";
import { OutlierPool } from "../../../balancer/health/outlier-pool.ts";
import { rulesOf, type OutlierRules } from "../../../balancer/health/outlier-rules.ts";
import type { Outcome } from "../../../balancer/health/outcome.ts";

type DetectionInput = NonNullable<ConfigInput["pools"][number]["outlierDetection"]>;

/** Rules as a configuration gives them. */
export function rulesFrom(outlierDetection: DetectionInput = {}): OutlierRules {
  const { pools } = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [{ id: "p", backends: [], outlierDetection }],
  });
  const config = pools[0]?.outlierDetection;
  if (config === undefined) throw new Error("The pool has no outlier detection.");
  return rulesOf(config);
}

/** A backend that an operator or a check can take out. */
export interface TestBackend extends Judged {
  inService: boolean;
}

/** Backends `b0`, `b1`, …, judged on a clock that a test moves. */
export class OutlierSubject {
  now = 0;
  readonly told: OutlierEffect<TestBackend>[] = [];
  /** How many others were left to serve, at each ejection. */
  readonly leftAtEjections: number[] = [];
  readonly backends: readonly TestBackend[];
  readonly pool: OutlierPool<TestBackend>;

  constructor(count: number, detection: DetectionInput = {}) {
    this.backends = backends(count);
    const tell = (effect: OutlierEffect<TestBackend>): void => {
      this.told.push(effect);
      if (effect.kind === "ejected") this.leftAtEjections.push(this.#serving);
    };
    this.pool = new OutlierPool(this.backends, rulesFrom(detection), this.now, tell);
  }

  /** The backend of that number. */
  backend(index: number): TestBackend {
    const backend = this.backends[index];
    if (backend === undefined) throw new Error(`No backend ${index}.`);
    return backend;
  }

  /** A request ends, a millisecond after the one before it. */
  request(index: number, outcome: Outcome, { sentAt = this.now, latencyMs = 1 } = {}): void {
    this.now += 1;
    this.pool.observe(this.backend(index), outcome, latencyMs, sentAt, this.now, () => 0);
  }

  /** So many requests of that outcome. */
  requests(index: number, outcome: Outcome, count: number): void {
    for (let one = 0; one < count; one += 1) this.request(index, outcome);
  }

  /** One request of that outcome each, so many times around. */
  rounds(outcome: Outcome, times: number, indexes = [...this.backends.keys()]): void {
    for (let round = 0; round < times; round += 1) {
      for (const index of indexes) this.request(index, outcome);
    }
  }

  /** Lets time pass; whose time is up comes back when it is. */
  wait(ms: number): void {
    const until = this.now + ms;
    for (let at = this.pool.wakeAt; at !== null && at <= until; at = this.pool.wakeAt) {
      this.now = at;
      this.pool.readmitDue(at);
    }
    this.now = until;
  }

  get #serving(): number {
    return this.backends.filter(
      (one) => one.inService && this.pool.stateOf(one)?.state.kind === "admitted",
    ).length;
  }

  /** Ids of those ejected at the moment. */
  get out(): string[] {
    return this.backends
      .filter((backend) => this.pool.stateOf(backend)?.state.kind === "ejected")
      .map(({ id }) => id);
  }

  /** What was told, as one line each. */
  get lines(): string[] {
    return this.told.map((effect) => {
      const { id } = effect.backend;
      switch (effect.kind) {
        case "ejected":
          return `${id} ejected: ${effect.reason} for ${effect.forMs}`;
        case "readmitted":
          return `${id} readmitted: ${effect.because} after ${effect.afterMs}`;
        case "spared":
          return `${id} spared: ${effect.reason} (${effect.failing.join(" ")})`;
      }
    });
  }
}

/** Backends in service. */
export function backends(count: number): TestBackend[] {
  return Array.from({ length: count }, (_, index) => ({ id: `b${index}`, inService: true }));
}
