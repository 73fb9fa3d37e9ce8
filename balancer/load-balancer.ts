import { AdminServer } from "./admin/admin-server.ts";
import type { AdminSubject, Phase } from "./admin/view.ts";
import type { Config, PoolConfig } from "./config.ts";
import type { VrrpState } from "./failover/notify-fifo.ts";
import { FailoverSupervisor } from "./failover/supervisor.ts";
import { Administration } from "./health/administration.ts";
import { PoolChecker, type LastCheck } from "./health/checker.ts";
import { createListener } from "./listener/create-listener.ts";
import type { DrainResult, Listener } from "./listener/listener.ts";
import { createPolicy } from "./selection/create-policy.ts";
import { openAccessLog, type AccessLog } from "./telemetry/access-log.ts";
import type { EventSink } from "./telemetry/event.ts";
import type { AdministrativeState, Backend } from "./upstream/backend.ts";
import { Pool, type PoolDependencies } from "./upstream/pool.ts";

/** What a balancer works with. */
export interface LoadBalancerDependencies {
  /** Id of this node. */
  readonly nodeId: string;
  readonly emit: EventSink;
  /** Told what an operator should know and no event says, one sentence at a time. */
  readonly warn: (message: string) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Why a balancer stops, for the events. */
export interface StopReason {
  /** `SIGTERM`, `disposed`, … */
  readonly reason: string;
}

/** How long the balancer goes on accepting while keepalived gives the address away. */
const LAME_DUCK_MS = 200;

/**
 * The balancer of one node: its listeners, pools, checks, admin API, and its side of keepalived.
 *
 *   starting → ready → lame-duck → draining → stopped
 *
 * - `ready`: every listener is bound, every pool has been checked once
 * - `lame-duck`: not ready for new clients, still accepting until the floating address is gone
 *   (skipped without keepalived)
 * - `draining`: accepts nothing, finishes what is in flight
 */
export class LoadBalancer implements AdminSubject, AsyncDisposable {
  readonly nodeId: string;
  readonly config: Config;
  readonly pools: readonly Pool[];
  readonly listeners: readonly Listener[];
  readonly #emit: EventSink;
  readonly #checkers: ReadonlyMap<Pool, PoolChecker>;
  readonly #administration: Administration;
  readonly #admin: AdminServer;
  readonly #failover: FailoverSupervisor | null;
  readonly #accessLog: AccessLog | null;
  #phase: Phase = "starting";
  #stopping: Promise<void> | null = null;

  /** A balancer that does nothing yet. */
  static create(config: Config, dependencies: LoadBalancerDependencies): LoadBalancer {
    return new LoadBalancer(config, dependencies);
  }

  private constructor(config: Config, dependencies: LoadBalancerDependencies) {
    const { nodeId, emit, warn, now, random } = dependencies;
    this.nodeId = nodeId;
    this.config = config;
    this.#emit = emit;
    this.pools = config.pools.map((pool) => poolOf(pool, { now, random, emit }));
    this.#checkers = checkersOf(this.pools, dependencies);
    this.#administration = new Administration(emit, now);
    const path = config.telemetry.accessLog;
    const accessLog =
      path === undefined ? null : openAccessLog(path, (error) => warn(error.message));
    this.#accessLog = accessLog;
    this.listeners = config.listeners.map((listener) => {
      const pool = this.pools.find((one) => one.id === listener.pool);
      // The configuration's own check refuses a listener without a pool.
      if (pool === undefined)
        throw new RangeError(`No pool "${listener.pool}". Check the configuration.`);
      const { timeouts, limits } = config;
      const shared = { pool, timeouts, limits, nodeId, now };
      return createListener(listener, accessLog === null ? shared : { ...shared, accessLog });
    });
    this.#admin = new AdminServer(config.admin, this);
    this.#failover =
      config.failover === undefined ? null : new FailoverSupervisor(config.failover, emit, warn);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get vrrp(): VrrpState | null {
    return this.#failover?.role ?? null;
  }

  held(pool: Pool): boolean {
    return this.#checkers.get(pool)?.held ?? false;
  }

  lastCheck(pool: Pool, backend: Backend): LastCheck | undefined {
    return this.#checkers.get(pool)?.lastCheck(backend.id);
  }

  setAdministrative(pool: Pool, backend: Backend, state: AdministrativeState): void {
    this.#administration.set(pool, backend, state);
  }

  /**
   * Starts; resolves when it is ready, or when it was stopped meanwhile. What fails to start takes
   * everything else down again.
   *
   * @throws AdminFailed, NotifyFifoFailed, ListenFailed
   */
  async start(): Promise<void> {
    try {
      await this.#admin.start();
      this.#failover?.start();
      await Promise.all(this.pools.map((pool) => pool.prepare()));
      const checked = Promise.all([...this.#checkers.values()].map((checker) => checker.start()));
      // All of them settled, so that what is taken down below is not still being bound.
      const bound = await Promise.allSettled(this.listeners.map((listener) => listener.start()));
      const failed = bound.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      await checked;
    } catch (error) {
      this.#phase = "stopped";
      await Promise.all(this.listeners.map((listener) => listener.drain(0)));
      await this.#close();
      throw error;
    }
    // Stopped while it started.
    if (this.#phase !== "starting") return;
    this.#phase = "ready";
    const { listeners, pools } = this.config;
    this.#emit("config.applied", {
      listeners: listeners.length,
      pools: pools.length,
      backends: pools.reduce((sum, pool) => sum + pool.backends.length, 0),
    });
    this.#emit("balancer.ready", {
      listeners: listeners.map(({ id, address, port }) => ({ id, address, port })),
      available: this.pools.filter((pool) => pool.available).map((pool) => pool.id),
    });
    this.#failover?.ready();
  }

  /**
   * Stops without losing what is in flight, as long as it ends within the drain time-out. Resolves
   * when everything is closed; further calls wait for the first.
   */
  stop(reason: StopReason): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop({ reason: "disposed" });
  }

  async #stop({ reason }: StopReason): Promise<void> {
    if (this.#phase === "stopped") return;
    this.#phase = "lame-duck";
    for (const listener of this.listeners) listener.lameDuck();
    await this.#failover?.leave(LAME_DUCK_MS);

    this.#phase = "draining";
    for (const listener of this.listeners) listener.stopAccepting();
    const inFlight = this.pools
      .flatMap((pool) => pool.backends)
      .reduce((sum, backend) => sum + backend.inFlight, 0);
    this.#emit("balancer.draining", { reason, inFlight });
    const ends = await this.#drain();

    this.#phase = "stopped";
    await this.#close();
    const completed = ends.reduce((sum, end) => sum + end.completed, 0);
    const cut = ends.reduce((sum, end) => sum + end.cut, 0);
    this.#emit("balancer.stopped", { reason, inFlightAtStop: completed + cut, completed, cut });
  }

  #drain(): Promise<DrainResult[]> {
    const timeoutMs = this.config.timeouts.drain;
    return Promise.all(this.listeners.map((listener) => listener.drain(timeoutMs)));
  }

  async #close(): Promise<void> {
    for (const checker of this.#checkers.values()) checker.stop();
    this.#administration.stop();
    this.#failover?.close();
    await this.#accessLog?.close();
    await this.#admin.close();
  }
}

function poolOf(config: PoolConfig, dependencies: PoolDependencies): Pool {
  const { hashing, latency } = config;
  const policy = createPolicy(config.policy, {
    virtualNodes: hashing.virtualNodes,
    tableSize: hashing.tableSize,
    boundedLoad: hashing.boundedLoad,
    decayMs: latency.decay,
    failureMs: latency.failure,
  });
  return new Pool(config, policy, dependencies);
}

function checkersOf(
  pools: readonly Pool[],
  { emit, now, random }: LoadBalancerDependencies,
): ReadonlyMap<Pool, PoolChecker> {
  const checkers = new Map<Pool, PoolChecker>();
  for (const pool of pools) {
    const check = pool.config.healthCheck;
    if (check !== undefined)
      checkers.set(pool, new PoolChecker(pool, check, { emit, now, random }));
  }
  return checkers;
}
