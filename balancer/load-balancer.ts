import type { ChildProcess } from "node:child_process";
import { AdminServer } from "./admin/admin-server.ts";
import type { AdminSubject, Phase } from "./admin/view.ts";
import type { Config } from "./config.ts";
import type { VrrpState } from "./failover/notify-fifo.ts";
import { FailoverSupervisor } from "./failover/supervisor.ts";
import {
  Administration,
  type AdministrativeChange,
  type DrainView,
} from "./health/administration.ts";
import type { LastCheck } from "./health/checker.ts";
import type { LeaveTaking } from "./leave-taking.ts";
import { ListenerSet, type SharedOf } from "./listener/listener-set.ts";
import type { Listener } from "./listener/listener.ts";
import type { Changes } from "./reload/changes.ts";
import { PoolSet } from "./reload/pool-set.ts";
import { Reloads } from "./reload/reloads.ts";
import { handedDown, inherit } from "./restart/handed-down.ts";
import type { Predecessor } from "./restart/predecessor.ts";
import { RestartFailed } from "./restart/restart-failed.ts";
import { Restarts } from "./restart/restarts.ts";
import { takeLeave, takeLeaveOfGuests } from "./take-leave.ts";
import { openAccessLog, type AccessLog } from "./telemetry/access-log.ts";
import type { EventSink } from "./telemetry/event.ts";
import type { Backend } from "./upstream/backend.ts";
import type { Pool } from "./upstream/pool.ts";

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
  /**
   * Reads the configuration's document anew.
   *
   * @throws Unreadable, InvalidDocument
   * @default there is none to read
   */
  readonly reread?: () => unknown;
  /** Starts the program that is to follow this one. @default there is none to start */
  readonly startSuccessor?: () => ChildProcess;
}

/** Why a balancer stops, for the events. */
export interface StopReason {
  /** `SIGTERM`, `disposed`, … */
  readonly reason: string;
  /** Cuts what is in flight at once, also when a stop is under way. @default false */
  readonly hurried?: boolean;
}

/** Why a balancer stops whose successor serves. */
const REPLACED = "replaced";

/** Ends a start that was stopped meanwhile; nobody else sees it. */
class Overtaken extends Error {}

/**
 * The balancer of one node: its listeners, pools, checks, admin API, and its side of keepalived.
 *
 *   starting → ready → lame-duck → draining → stopped
 *
 * - `ready`: every listener is bound, every pool has been checked once
 * - `lame-duck`: not ready for new clients, still accepting until the floating address is gone, and
 *   no shorter than `timeouts.lameDuck`
 * - `draining`: accepts nothing, finishes what is in flight
 */
export class LoadBalancer implements AdminSubject, AsyncDisposable {
  readonly nodeId: string;
  readonly #emit: EventSink;
  readonly #now: () => number;
  readonly #restarts: Restarts;
  readonly #pools: PoolSet;
  readonly #listeners: ListenerSet;
  readonly #administration: Administration;
  readonly #admin: AdminServer;
  readonly #failover: FailoverSupervisor | null;
  readonly #accessLog: AccessLog | null;
  readonly #reloads: Reloads;
  #phase: Phase = "starting";
  #stopping: Promise<void> | null = null;
  #leaveTaking: LeaveTaking | null = null;
  /** Whether another process serves in its place. */
  #replaced = false;
  readonly #ended = Promise.withResolvers<void>();

  /**
   * A balancer that does nothing yet.
   *
   * @param written the document that the configuration was read from, for the admin API
   */
  static create(
    config: Config,
    dependencies: LoadBalancerDependencies,
    written: unknown = null,
  ): LoadBalancer {
    return new LoadBalancer(config, dependencies, written);
  }

  private constructor(config: Config, dependencies: LoadBalancerDependencies, written: unknown) {
    const { nodeId, emit, warn, now } = dependencies;
    this.nodeId = nodeId;
    this.#emit = emit;
    this.#now = now;
    this.#restarts = new Restarts(dependencies);
    this.#pools = new PoolSet(config.pools, dependencies);
    const path = config.telemetry.accessLog;
    this.#accessLog =
      path === undefined ? null : openAccessLog(path, (error) => warn(error.message));
    this.#listeners = new ListenerSet(config.listeners, this.#sharedOf(config));
    this.#administration = new Administration(emit, now, {
      closeIdle: (backend) => this.#listeners.serving.forEach((one) => one.closeIdle(backend)),
      cutOff: (backend) => this.#listeners.serving.forEach((one) => one.cutOff(backend)),
    });
    this.#reloads = new Reloads(config, written, {
      pools: this.#pools,
      listeners: this.#listeners,
      administration: this.#administration,
      ...{ emit, warn },
      phase: () => this.#phase,
      sharedOf: (another) => this.#sharedOf(another),
      reread: dependencies.reread,
    });
    this.#admin = new AdminServer(config.admin, this);
    this.#failover =
      config.failover === undefined ? null : new FailoverSupervisor(config.failover, emit, warn);
  }

  /** The configuration in force. */
  get config(): Config {
    return this.#reloads.config;
  }

  /** The document that it was read from. */
  get written(): unknown {
    return this.#reloads.written;
  }

  get pools(): readonly Pool[] {
    return this.#pools.all;
  }

  get listeners(): readonly Listener[] {
    return this.#listeners.all;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get vrrp(): VrrpState | null {
    return this.#failover?.role ?? null;
  }

  held(pool: Pool): boolean {
    return this.#pools.checkerOf(pool)?.held ?? false;
  }

  lastCheck(pool: Pool, backend: Backend): LastCheck | undefined {
    return this.#pools.checkerOf(pool)?.lastCheck(backend.id);
  }

  administer(pool: Pool, backend: Backend, change: AdministrativeChange): void {
    this.#administration.set(pool, backend, change);
  }

  drainOf(backend: Backend): DrainView | undefined {
    return this.#administration.drainOf(backend);
  }

  /**
   * Starts; resolves when it is ready, or when it was stopped meanwhile. What fails to start takes
   * everything else down again.
   *
   * @param predecessor the process whose place this one takes, without a lost request
   * @throws AdminFailed, NotifyFifoFailed, ListenFailed, PredecessorGone
   */
  start(predecessor?: Predecessor): Promise<void> {
    const started = this.#start(predecessor);
    // A configuration that comes meanwhile waits.
    this.#reloads.inTurn(() => started).catch(() => undefined);
    return started;
  }

  async #start(predecessor: Predecessor | undefined): Promise<void> {
    try {
      await (predecessor === undefined ? this.#open() : this.#succeed(predecessor));
      this.#checkStarting();
    } catch (error) {
      if (this.#stopping !== null) return await this.#closeBelated(this.#stopping);
      this.#phase = "stopped";
      await this.#listeners.drain(0);
      await this.#close();
      throw error;
    }
    this.#phase = "ready";
    this.#reloads.tell("start");
    const { listeners } = this.config;
    this.#emit("balancer.ready", {
      listeners: listeners.map(({ id, address, port }) => ({ id, address, port })),
      available: this.pools.filter((pool) => pool.available).map((pool) => pool.id),
    });
    this.#failover?.ready();
    predecessor?.ready();
  }

  async #open(): Promise<void> {
    await this.#step(this.#admin.start());
    this.#failover?.start();
    await this.#step(this.#reloads.discover());
    await this.#step(this.#pools.prepare());
    const checked = this.#pools.startChecks();
    await this.#step(this.#listeners.start());
    await this.#step(checked);
  }

  /** Takes over what another process has, once nothing is left that could fail. */
  async #succeed(predecessor: Predecessor): Promise<void> {
    const { places, state } = await this.#step(predecessor.inheritance());
    await this.#step(this.#reloads.discover());
    inherit(this.pools, state, this.#now());
    await this.#step(this.#pools.prepare());
    const bound = await this.#listeners.bind(places);
    try {
      await this.#step(this.#pools.startChecks());
      const role = await this.#step(predecessor.prepared(this.#listeners.places));
      await this.#step(this.#admin.start());
      this.#failover?.start(role);
      // No step: who waits in these sockets is served, even if a stop comes in between.
      const taken = await predecessor.opened();
      await this.#step(this.#listeners.start(new Map([...bound, ...taken])));
    } catch (error) {
      for (const socket of bound.values()) socket.close();
      throw error;
    }
  }

  /** What a step of the start comes to; no other one follows once it is to stop. @throws Overtaken */
  async #step<T>(step: Promise<T>): Promise<T> {
    const result = await step;
    this.#checkStarting();
    return result;
  }

  /** @throws Overtaken */
  #checkStarting(): void {
    if (this.#phase !== "starting") throw new Overtaken();
  }

  /** Closes what the start has opened behind the back of a stop. */
  async #closeBelated(stopping: Promise<void>): Promise<void> {
    if (this.#phase !== "lame-duck") this.#listeners.stopAccepting();
    await stopping;
    await this.#listeners.drain(this.config.timeouts.drain);
    await this.#close();
  }

  /** What another configuration would change; nothing does. @throws InvalidDocument */
  dryRun(written: unknown): Changes {
    return this.#reloads.dryRun(written);
  }

  /**
   * Takes another configuration over, whole or not at all; see `Reloads`.
   *
   * @param by who wants it, for the events: `SIGHUP`, `admin`, `file`
   * @throws InvalidDocument, ListenFailed, NotChangeable; the running configuration is untouched then
   */
  apply(written: unknown, by: string): Promise<Changes> {
    return this.#reloads.apply(written, by);
  }

  /** Reads the configuration's document anew and takes it over. @throws as `apply`, Unreadable */
  reload(by: string): Promise<Changes> {
    return this.#reloads.reload(by);
  }

  /**
   * Has a new process of the same program take over, without a lost request: it reads the
   * configuration's file, checks its pools, and gets the listening sockets. Then this one stops.
   *
   * @param by who wants it, for the events: `SIGUSR2`, `admin`
   * @returns the pid of the new one, once it serves
   * @throws RestartFailed; this process serves on then as before
   */
  restart(by: string): Promise<number> {
    return this.#reloads.inTurn(() => this.#restart(by));
  }

  /** Resolves when it has stopped, whoever wanted it to. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Stops without losing what is in flight, as long as it ends within the drain time-out. Resolves
   * when everything is closed; further calls wait for the first.
   */
  stop(reason: StopReason): Promise<void> {
    void this.#restarts.abort();
    this.#stopping ??= this.#stop(reason).then(this.#ended.resolve);
    if (reason.hurried === true) this.#leaveTaking?.tell("hurried");
    // Whoever wants the whole balancer to end does not wait for clients to come back.
    else if (this.#replaced && reason.reason !== REPLACED) this.#leaveTaking?.tell("emptied");
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop({ reason: "disposed" });
  }

  #sharedOf({ timeouts, limits }: Config): SharedOf {
    return ({ pool }) => ({
      pool: this.#pools.named(pool),
      ...{ timeouts, limits },
      nodeId: this.nodeId,
      now: this.#now,
      ...(this.#accessLog === null ? {} : { accessLog: this.#accessLog }),
    });
  }

  async #restart(by: string): Promise<number> {
    const pid = await this.#restarts.run(by, () => {
      if (this.#phase !== "ready") {
        throw new RestartFailed(`it is ${this.#phase}`, "Ask the balancer that serves.");
      }
      return {
        sockets: this.#listeners.sockets,
        state: handedDown(this.pools, this.#now()),
        exclusive: [...(this.#failover === null ? [] : [this.#failover]), this.#admin],
        role: () => this.vrrp,
      };
    });
    this.#replaced = true;
    void this.stop({ reason: REPLACED });
    return pid;
  }

  async #stop({ reason }: StopReason): Promise<void> {
    if (this.#phase === "stopped") return;
    this.#phase = "lame-duck";
    this.#listeners.lameDuck();
    const leaving = { timeouts: this.config.timeouts, now: this.#now };
    const leaveTaking =
      reason === REPLACED
        ? takeLeaveOfGuests(leaving, this.#listeners)
        : takeLeave(leaving, this.#failover);
    this.#leaveTaking = leaveTaking;
    await leaveTaking.draining;

    this.#phase = "draining";
    this.#listeners.stopAccepting();
    const inFlight = this.pools
      .flatMap((pool) => pool.backends)
      .reduce((sum, backend) => sum + backend.inFlight, 0);
    this.#emit("balancer.draining", { reason, inFlight });
    void leaveTaking.cutting.then(() => this.#listeners.drain(0));
    const ends = await this.#listeners.drain(this.config.timeouts.drain);
    leaveTaking.stop();

    this.#phase = "stopped";
    await this.#close();
    const completed = ends.reduce((sum, end) => sum + end.completed, 0);
    const cut = ends.reduce((sum, end) => sum + end.cut, 0);
    this.#emit("balancer.stopped", { reason, inFlightAtStop: completed + cut, completed, cut });
  }

  async #close(): Promise<void> {
    await this.#restarts.abort();
    this.#reloads.close();
    this.#pools.stopChecks();
    this.#administration.stop();
    this.#failover?.close();
    await this.#accessLog?.close();
    await this.#admin.close();
  }
}
