import type { Deployment, TimelineEvent } from "../environment/environment.ts";
import type { RunningLoads } from "../load/running-loads.ts";
import type { ProbeRecord } from "../measurement/probe.ts";
import { mergeEvents } from "../measurement/timeline.ts";
import type { TrialSoFar } from "./abort-rule.ts";

/** What was seen of a trial that did not come to its end. */
export interface TrialEvidence {
  readonly events: readonly TimelineEvent[];
  readonly probes: readonly ProbeRecord[];
  readonly alongside: Readonly<Record<string, readonly ProbeRecord[]>>;
}

/** A trial while it runs: filled in as it goes on, for whoever watches it. */
export class SoFar {
  readonly #begunNs: bigint;
  deployment: Pick<Deployment, "events"> | null = null;
  loads: Pick<RunningLoads, "main" | "recordsAlongside"> | null = null;
  /** P0; null until the steady state has held. */
  armedNs: bigint | null = null;
  /** What the runner tells of its faults. */
  readonly faultEvents: TimelineEvent[] = [];

  /** @param begunNs CLOCK_MONOTONIC. @default now */
  constructor(begunNs: bigint = process.hrtime.bigint()) {
    this.#begunNs = begunNs;
  }

  /** What abort rules are asked about. */
  look(nowNs: bigint): TrialSoFar {
    return {
      nowNs,
      begunNs: this.#begunNs,
      armedNs: this.armedNs,
      probes: this.loads?.main.records ?? [],
      alongside: this.loads?.recordsAlongside ?? {},
    };
  }

  /** What was seen until now. */
  evidence(): TrialEvidence {
    return {
      events: mergeEvents(this.deployment?.events() ?? [], this.faultEvents),
      probes: [...(this.loads?.main.records ?? [])],
      alongside: Object.fromEntries(
        Object.entries(this.loads?.recordsAlongside ?? {}).map(([id, its]) => [id, [...its]]),
      ),
    };
  }
}
