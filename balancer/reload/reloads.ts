import type { Phase } from "../admin/view.ts";
import { parseConfig, type Config } from "../config.ts";
import { Discoveries, withFound } from "../discovery/discoveries.ts";
import type { Administration } from "../health/administration.ts";
import type { ListenerSet, SharedOf } from "../listener/listener-set.ts";
import type { EventSink } from "../telemetry/event.ts";
import { changesBetween, checkChangeable, type Changes } from "./changes.ts";
import { NotChangeable } from "./not-changeable.ts";
import type { PoolSet } from "./pool-set.ts";

/** What follows a configuration. */
export interface ReloadParts {
  readonly pools: PoolSet;
  readonly listeners: ListenerSet;
  readonly administration: Administration;
  readonly emit: EventSink;
  /** Told what an operator should know and no event says, one sentence at a time. */
  readonly warn: (message: string) => void;
  /** Where the balancer is in its life. */
  readonly phase: () => Phase;
  /** What listeners work with under a configuration. */
  readonly sharedOf: (config: Config) => SharedOf;
  /**
   * Reads the configuration's document anew.
   *
   * @throws Unreadable, InvalidDocument
   * @default there is none to read
   */
  readonly reread?: (() => unknown) | undefined;
}

/**
 * The configuration in force, and how another one takes its place: whole or not at all, one after the
 * other. Requests under way end as they began; backends that stay keep their health and their figures;
 * newcomers were checked once before they are asked.
 */
export class Reloads {
  readonly #parts: ReloadParts;
  readonly #discoveries: Discoveries;
  /** As it is written. */
  #declared: Config;
  /** The same with the backends that were found. */
  #config: Config;
  #written: unknown;
  /** What changes the balancer as a whole; the next one waits for it. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param written the document that the configuration was read from */
  constructor(config: Config, written: unknown, parts: ReloadParts) {
    this.#parts = parts;
    this.#declared = this.#config = config;
    this.#written = written;
    const { emit, warn } = parts;
    this.#discoveries = new Discoveries({ emit, warn, changed: () => void this.#follow() });
  }

  /** The configuration in force, with the backends that were found. */
  get config(): Config {
    return this.#config;
  }

  /** The document that it was read from. */
  get written(): unknown {
    return this.#written;
  }

  /** Does something once everything that was asked for before is over, whatever came of that. */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Looks for backends, before anything else is asked of the pools. */
  async discover(): Promise<void> {
    const { pools } = this.#parts;
    const searches = await this.#discoveries.planned(this.#declared);
    this.#discoveries.become(searches);
    const config = withFound(this.#declared, searches);
    if (config === this.#declared) return;
    this.#config = config;
    pools.become(await pools.planned(config.pools), { initial: true });
  }

  /** What another configuration would change; nothing does. @throws InvalidDocument */
  dryRun(written: unknown): Changes {
    const config = parseConfig(written);
    checkChangeable(this.#declared, config);
    return changesBetween(this.#declared, config);
  }

  /**
   * Takes another configuration over. Resolves when everything follows it.
   *
   * @param by who wants it, for the events: `SIGHUP`, `admin`, `file`
   * @throws InvalidDocument, ListenFailed, NotChangeable; the running configuration is untouched then
   */
  apply(written: unknown, by: string): Promise<Changes> {
    return this.inTurn(() => this.#apply(written, by));
  }

  /** Reads the configuration's document anew and takes it over. @throws as `apply`, Unreadable */
  async reload(by: string): Promise<Changes> {
    const { reread } = this.#parts;
    if (reread === undefined) throw new NotChangeable("without a file to read it from");
    return await this.apply(reread(), by);
  }

  /** Tells that the configuration is in force. @param changes absent at the start */
  tell(by: string, changes?: Changes): void {
    const { listeners, pools } = this.#config;
    this.#parts.emit("config.applied", {
      by,
      listeners: listeners.length,
      pools: pools.length,
      backends: pools.reduce((sum, pool) => sum + pool.backends.length, 0),
      ...(changes === undefined ? {} : { changes }),
    });
  }

  /** Looks for nobody any more. */
  close(): void {
    this.#discoveries.close();
  }

  async #apply(written: unknown, by: string): Promise<Changes> {
    this.#checkReady();
    const changes = this.dryRun(written);
    const declared = parseConfig(written);
    const searches = await this.#discoveries.planned(declared);
    try {
      await this.#become(withFound(declared, searches), by);
    } catch (error) {
      this.#discoveries.abandon(searches);
      throw error;
    }
    this.#discoveries.become(searches);
    this.#declared = declared;
    this.#written = written;
    return changes;
  }

  /** Takes over what was found since. */
  async #follow(): Promise<void> {
    await this.inTurn(async () => {
      if (this.#parts.phase() !== "ready") return;
      await this.#become(withFound(this.#declared, this.#discoveries.searches), "discovery");
    }).catch((error: unknown) => {
      this.#parts.warn(error instanceof Error ? error.message : String(error));
    });
  }

  async #become(config: Config, by: string): Promise<void> {
    const { pools, listeners, administration, phase, sharedOf } = this.#parts;
    const changes = changesBetween(this.#config, config);
    const plannedPools = await pools.planned(config.pools);
    const plannedListeners = await listeners.planned(config.listeners);
    if (phase() !== "ready") listeners.abandon(plannedListeners);
    this.#checkReady();
    this.#config = config;
    const departed = pools.become(plannedPools);
    listeners.become(plannedListeners, sharedOf(config), config.timeouts.drain);
    for (const { pool, backend } of departed) administration.remove(pool, backend);
    this.tell(by, changes);
    await pools.settle(plannedPools);
  }

  /** @throws NotChangeable */
  #checkReady(): void {
    const phase = this.#parts.phase();
    if (phase !== "ready") throw new NotChangeable(phase);
  }
}
