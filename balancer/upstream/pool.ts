import type { BackendConfig, PoolConfig } from "../config.ts";
import { OutlierDetector } from "../health/outlier-detector.ts";
import type { EjectionRecord } from "../health/outlier-effect.ts";
import type { Outcome } from "../health/outcome.ts";
import { PanicWatch } from "../health/panic.ts";
import { SoftStop } from "../health/soft-stop.ts";
import type { HotKey } from "../selection/hot-keys.ts";
import type { Policy, Result } from "../selection/policy.ts";
import { Selector, type SelectorEvent } from "../selection/selector.ts";
import type { EventSink } from "../telemetry/event.ts";
import { Backend } from "./backend.ts";
import { picksAlike, policyFor } from "./pool-policy.ts";
import { shownKey } from "./shown-key.ts";
import { TableWatch } from "./table-watch.ts";

/** What a pool works with. */
export interface PoolDependencies {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** @default nobody is told */
  readonly emit?: EventSink;
  /** Told what an operator should know, one sentence at a time. @default nobody is told */
  readonly warn?: (message: string) => void;
}

/** What a new configuration makes of a pool; nothing has changed yet. */
export interface PoolChange {
  readonly config: PoolConfig;
  /** In their order; those that stay are the same objects. */
  readonly backends: readonly Backend[];
  readonly added: readonly Backend[];
  readonly removed: readonly Backend[];
  /** What picks from now on; null when it is the same that picks already. */
  readonly selector: Selector<Backend> | null;
}

/** Backends that can serve the same request, and the policy that orders them. */
export class Pool {
  readonly id: string;
  readonly #now: () => number;
  readonly #random: () => number;
  /** Which backends leave of their own accord. */
  readonly softStop: SoftStop;
  readonly #emit: EventSink;
  readonly #outliers: OutlierDetector;
  readonly #panic: PanicWatch;
  readonly #table: TableWatch;
  #config: PoolConfig;
  #backends: readonly Backend[];
  #members: ReadonlySet<Backend>;
  #selector: Selector<Backend>;

  constructor(config: PoolConfig, policy: Policy, dependencies: PoolDependencies) {
    const { now, random, emit = () => {}, warn = () => {} } = dependencies;
    this.id = config.id;
    this.#now = now;
    this.#random = random;
    this.#emit = emit;
    this.softStop = new SoftStop(config.id, emit);
    this.#outliers = new OutlierDetector(config.id, { now, random, emit });
    this.#panic = new PanicWatch(config.id, { now, emit, warn });
    this.#table = new TableWatch(warn);
    this.#config = config;
    this.#selector = this.#selectorOf(config, policy);
    this.#backends = config.backends.map((backend) => this.#newBackend(backend, config));
    this.#members = new Set(this.#backends);
    this.#selector.update(this.#backends, now());
    this.#judgeAnew();
  }

  get config(): PoolConfig {
    return this.#config;
  }

  /** The members; another array after each change of the membership. */
  get backends(): readonly Backend[] {
    return this.#backends;
  }

  /**
   * What a new configuration of this pool would change. A backend stays as long as its id, address
   * and port do; it keeps its health and its figures.
   */
  planned(config: PoolConfig): PoolChange {
    const known = new Map<string, Backend>();
    for (const backend of this.#backends) known.set(backend.id, backend);
    const backends = config.backends.map((backend) => {
      const present = known.get(backend.id);
      return present !== undefined && isSame(present, backend)
        ? present
        : this.#newBackend(backend, config);
    });
    const members = new Set(backends);
    return {
      config,
      backends,
      added: backends.filter((backend) => !this.#members.has(backend)),
      removed: this.#backends.filter((backend) => !members.has(backend)),
      selector: picksAlike(this.#config, config)
        ? null
        : this.#selectorOf(config, policyFor(config)),
    };
  }

  /** Builds what a new policy looks keys up in, without blocking the event loop for long. */
  async prepared({ selector, backends }: PoolChange): Promise<void> {
    if (selector === null) return;
    // In two steps, so that who joins is told from who is only new to the policy.
    selector.update(
      backends.filter((backend) => this.#members.has(backend)),
      this.#now(),
    );
    selector.update(backends, this.#now());
    await finish(selector);
  }

  /**
   * Makes a change real, all at once. Requests under way end where they began.
   *
   * @param initial whether it comes before the first request, so that nobody joins later than others
   */
  become(
    { config, backends, selector }: PoolChange,
    { initial = false }: { readonly initial?: boolean } = {},
  ): void {
    const now = this.#now();
    const begun = selector === null ? undefined : this.#selector.rampsBegan();
    config.backends.forEach(({ weight }, index) => {
      const backend = backends[index];
      if (backend !== undefined) backend.weight = weight;
    });
    if (selector !== null) this.#selector = selector;
    else {
      // One whose address has changed is another one, although it has the same name.
      const staying = backends.filter((backend) => this.#members.has(backend));
      if (staying.length < this.#backends.length) this.#selector.update(staying, now);
    }
    this.#config = config;
    this.#backends = backends;
    this.#members = new Set(backends);
    if (initial) this.#selector.begin(backends, now);
    else this.#selector.update(backends, now, begun);
    this.#judgeAnew();
  }

  /** Builds what the policy looks keys up in, without blocking the event loop for long. */
  async prepare(): Promise<void> {
    await finish(this.#selector);
  }

  /**
   * The backend for one request, or undefined when none may take it.
   *
   * @param now monotonic milliseconds
   * @param excluded ids that may not be picked again for this request; null for its first pick, which
   *   alone counts its key
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

  /**
   * What became of a try on a backend: live traffic judges it by that. Told once a try, or not at all
   * when it says nothing.
   *
   * @param latencyMs as in `observed`; counts only when it was answered
   * @param sentAt when the try began
   */
  judged(backend: Backend, outcome: Outcome, latencyMs: number, sentAt: number): void {
    this.#outliers.observe(backend, outcome, latencyMs, sentAt);
  }

  /** An active check of a backend that began then has passed. */
  checkPassed(backend: Backend, beganAt: number): void {
    this.#outliers.passed(backend, beganAt);
  }

  /** A backend said on a response that it wants no new work. Without checks nothing would end that. */
  leaves(backend: Backend, now: number): void {
    if (this.#config.healthCheck !== undefined) this.softStop.leaves(backend, "header", now);
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

  /** Whether so few are fit that everybody serves whom operators left enabled. */
  get panicking(): boolean {
    return this.#panic.active;
  }

  /** What live traffic made of a backend; null when it is not judged by it. */
  outlierOf(backend: Backend): EjectionRecord | null {
    return this.#outliers.recordOf(backend);
  }

  /** Goes on with what another process knew of a backend from live traffic. */
  resumeOutlier(backend: Backend, record: EjectionRecord): void {
    this.#outliers.resume(backend, record);
  }

  /** Nobody is judged by live traffic any more. */
  stop(): void {
    this.#outliers.stop();
  }

  /** The key that the last window saw most; null before there was one with enough requests. */
  get hottestKey(): HotKey | null {
    return this.#selector.hottestKey;
  }

  /** When the slow starts under way began, by id of the backend. */
  rampsBegan(): ReadonlyMap<string, number> {
    return this.#selector.rampsBegan();
  }

  /** Goes on with slow starts that began elsewhere, by id of the backend. */
  resumeRamps(begun: ReadonlyMap<string, number>): void {
    if (begun.size > 0) this.#selector.update(this.#backends, this.#now(), begun);
  }

  /** Whether a backend is in its slow start. */
  isRamping(backend: Backend): boolean {
    return this.#selector.isRamping(backend);
  }

  #newBackend(backend: BackendConfig, { healthCheck }: PoolConfig): Backend {
    const start = healthCheck?.initialState;
    const health = start === "pending" ? "pending" : start === "down" ? "unhealthy" : "healthy";
    return new Backend(
      backend,
      health,
      (changed) => {
        // One that is no member yet, or no longer, concerns nobody.
        if (!this.#members.has(changed)) return;
        this.#selector.changed(changed, this.#now());
        this.#outliers.changed(changed);
      },
      (assessed) => {
        if (this.#members.has(assessed)) this.#panic.look();
      },
    );
  }

  /** Membership or settings are new. */
  #judgeAnew(): void {
    const { outlierDetection, panicThreshold } = this.#config;
    this.#outliers.update(this.#backends, outlierDetection);
    this.#panic.update(this.#backends, panicThreshold);
    this.#table.update(this.#config);
  }

  #selectorOf({ slowStart, hotKey }: PoolConfig, policy: Policy): Selector<Backend> {
    return new Selector<Backend>(policy, {
      random: this.#random,
      slowStart: slowStart && { ...slowStart, windowMs: slowStart.window },
      hotKeys: { share: hotKey.share, windowMs: hotKey.window },
      told: (event) => this.#tell(event),
    });
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

/** A backend is the same one as long as the name stays in its place. */
function isSame(present: Backend, { address, port }: BackendConfig): boolean {
  return present.address === address && present.port === port;
}

async function finish(selector: Selector<Backend>): Promise<void> {
  while (selector.advance()) await new Promise(setImmediate);
}
