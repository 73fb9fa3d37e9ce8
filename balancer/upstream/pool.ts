import type { PoolConfig } from "../config.ts";
import type { HotKey } from "../selection/hot-keys.ts";
import type { Policy, Result } from "../selection/policy.ts";
import { Selector, type SelectorEvent } from "../selection/selector.ts";
import type { EventSink } from "../telemetry/event.ts";
import { Backend } from "./backend.ts";
import { shownKey } from "./shown-key.ts";

/** What a pool works with. */
export interface PoolDependencies {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** @default nobody is told */
  readonly emit?: EventSink;
}

/** Backends that can serve the same request, and the policy that orders them. */
export class Pool {
  readonly id: string;
  readonly config: PoolConfig;
  readonly backends: readonly Backend[];
  readonly #selector: Selector<Backend>;
  readonly #emit: EventSink;

  constructor(config: PoolConfig, policy: Policy, { now, random, emit }: PoolDependencies) {
    this.id = config.id;
    this.config = config;
    this.#emit = emit ?? (() => {});
    const { slowStart, hotKey } = config;
    this.#selector = new Selector<Backend>(policy, {
      random,
      slowStart: slowStart && { ...slowStart, windowMs: slowStart.window },
      hotKeys: { share: hotKey.share, windowMs: hotKey.window },
      told: (event) => this.#tell(event),
    });
    const start = config.healthCheck?.initialState;
    const health = start === "pending" ? "pending" : start === "down" ? "unhealthy" : "healthy";
    const changed = (backend: Backend): void => this.#selector.changed(backend, now());
    this.backends = config.backends.map((backend) => new Backend(backend, health, changed));
    this.#selector.update(this.backends, now());
  }

  /** Builds what the policy looks keys up in, without blocking the event loop for long. */
  async prepare(): Promise<void> {
    while (this.#selector.advance()) await new Promise(setImmediate);
  }

  /**
   * The backend for one request, or undefined when none may take it.
   *
   * @param now monotonic milliseconds
   * @param excluded ids already tried for this request; null for none
   * @param key what the policy may hash, one byte a character; undefined when the request has none
   */
  pick(
    now: number,
    excluded: ReadonlySet<string> | null = null,
    key?: string,
  ): Backend | undefined {
    return this.#selector.pick({ now, excluded, key });
  }

  /** A request begins on a backend. */
  started(backend: Backend, now: number): void {
    backend.inFlight += 1;
    backend.sent += 1;
    this.#selector.started(backend, now);
  }

  /**
   * How a backend answers a request that began on it.
   *
   * @param latencyMs http: to the first byte of the response; tcp: to the end of the handshake
   */
  observed(backend: Backend, result: Result, latencyMs: number, now: number): void {
    this.#selector.observed(backend, result, latencyMs, now);
  }

  /** A request that began on a backend is over there, however it ended. */
  ended(backend: Backend, now: number): void {
    backend.inFlight -= 1;
    this.#selector.ended(backend, now);
  }

  /** Whether at least one backend may take a request. */
  get available(): boolean {
    return this.backends.some((backend) => backend.pickable);
  }

  /** The key that the last window saw most; null before there was one with enough requests. */
  get hottestKey(): HotKey | null {
    return this.#selector.hottestKey;
  }

  /** Whether a backend is in its slow start. */
  isRamping(backend: Backend): boolean {
    return this.#selector.isRamping(backend);
  }

  #tell(event: SelectorEvent<Backend>): void {
    const pool = this.id;
    switch (event.kind) {
      case "slow-start-begin": {
        const windowMs = this.config.slowStart?.window ?? 0;
        this.#emit("slow-start.begin", { pool, backend: event.member.id, windowMs });
        break;
      }
      case "slow-start-end": {
        const tookMs = Math.round(event.tookMs);
        this.#emit("slow-start.end", { pool, backend: event.member.id, tookMs });
        break;
      }
      case "hot-key": {
        const windowMs = this.config.hotKey.window;
        this.#emit("key.hot", { pool, ...shownKey(this.config, event.hot), windowMs });
        break;
      }
    }
  }
}
