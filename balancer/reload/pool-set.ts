import type { PoolConfig } from "../config.ts";
import { runCheck } from "../health/active-check.ts";
import { PoolChecker, type CheckerDependencies } from "../health/checker.ts";
import type { Backend } from "../upstream/backend.ts";
import { Pool, type PoolChange, type PoolDependencies } from "../upstream/pool.ts";
import { policyFor } from "../upstream/pool-policy.ts";

/** What pools and their checks work with. */
export type PoolSetDependencies = PoolDependencies & CheckerDependencies;

/** Other pools, whose newcomers have been checked once; nothing has changed yet. */
export interface PoolsChange {
  readonly pools: readonly Pool[];
  /** Of the pools that stay. */
  readonly changes: ReadonlyMap<Pool, PoolChange>;
}

/** A backend that is no member any more. */
export interface Departed {
  readonly pool: Pool;
  readonly backend: Backend;
}

/** The pools of a balancer and who checks them; both can be replaced while they serve. */
export class PoolSet {
  readonly #dependencies: PoolSetDependencies;
  readonly #checkers = new Map<Pool, PoolChecker>();
  #pools: readonly Pool[];

  constructor(configs: readonly PoolConfig[], dependencies: PoolSetDependencies) {
    this.#dependencies = dependencies;
    this.#pools = configs.map((config) => this.#newPool(config));
    for (const pool of this.#pools) this.#newChecker(pool);
  }

  get all(): readonly Pool[] {
    return this.#pools;
  }

  /** @throws RangeError for a name that the configuration's own check would have refused */
  named(id: string): Pool {
    const pool = this.#pools.find((one) => one.id === id);
    if (pool === undefined) throw new RangeError(`No pool "${id}". Check the configuration.`);
    return pool;
  }

  /** Who checks a pool; undefined for one without checks. */
  checkerOf(pool: Pool): PoolChecker | undefined {
    return this.#checkers.get(pool);
  }

  /** Builds what the policies look keys up in. */
  async prepare(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.prepare()));
  }

  /** Begins to check; resolves when everybody was checked once. */
  async startChecks(): Promise<void> {
    await Promise.all([...this.#checkers.values()].map((checker) => checker.start()));
  }

  stopChecks(): void {
    for (const checker of this.#checkers.values()) checker.stop();
    for (const pool of this.#pools) pool.stop();
  }

  /**
   * Gets other pools ready: what policies need is built, and each newcomer is checked once, so that
   * a pool whose backends are all replaced is never without one.
   */
  async planned(configs: readonly PoolConfig[]): Promise<PoolsChange> {
    const present = new Map(this.#pools.map((pool) => [pool.id, pool]));
    const changes = new Map<Pool, PoolChange>();
    const pools = configs.map((config) => {
      const pool = present.get(config.id);
      if (pool === undefined) return this.#newPool(config);
      changes.set(pool, pool.planned(config));
      return pool;
    });
    await Promise.all(
      pools.map(async (pool) => {
        const change = changes.get(pool);
        const { config, added } = change ?? { config: pool.config, added: pool.backends };
        await Promise.all(added.map((backend) => firstCheck(backend, config)));
        await (change === undefined ? pool.prepare() : pool.prepared(change));
      }),
    );
    return { pools, changes };
  }

  /**
   * Makes a change real, all at once; says who is no member any more.
   *
   * @param when as for `Pool.become`
   */
  become(
    { pools, changes }: PoolsChange,
    when: { readonly initial?: boolean } = {},
  ): readonly Departed[] {
    const departed: Departed[] = [];
    for (const pool of this.#pools) {
      const change = changes.get(pool);
      if (change === undefined) {
        this.#dropChecker(pool);
        pool.stop();
      } else pool.become(change, when);
      const gone = change?.removed ?? pool.backends;
      departed.push(...gone.map((backend) => ({ pool, backend })));
    }
    this.#pools = pools;
    return departed;
  }

  /**
   * After a change: checks and tables follow. Resolves when tables are built and newcomers were checked;
   * no table waits for a check, so that who was found fit gets its keys at once.
   */
  async settle({ pools, changes }: PoolsChange): Promise<void> {
    await Promise.all(
      pools.flatMap((pool) => [
        pool.prepare(),
        changes.has(pool) ? this.#follow(pool) : this.#begin(pool),
      ]),
    );
  }

  async #begin(pool: Pool): Promise<void> {
    await this.#newChecker(pool)?.start();
  }

  async #follow(pool: Pool): Promise<void> {
    const check = pool.config.healthCheck;
    const checker = this.#checkers.get(pool);
    if (check === undefined) {
      this.#dropChecker(pool);
      for (const backend of pool.backends) {
        backend.health = "healthy";
        // Only a check would end that.
        backend.leaving = false;
      }
    } else if (checker === undefined) await this.#begin(pool);
    else await checker.update(check);
  }

  #newPool(config: PoolConfig): Pool {
    return new Pool(config, policyFor(config), this.#dependencies);
  }

  #newChecker(pool: Pool): PoolChecker | undefined {
    const check = pool.config.healthCheck;
    if (check === undefined) return undefined;
    const checker = new PoolChecker(pool, check, this.#dependencies);
    this.#checkers.set(pool, checker);
    return checker;
  }

  #dropChecker(pool: Pool): void {
    this.#checkers.get(pool)?.stop();
    this.#checkers.delete(pool);
  }
}

/** One pass is enough for a newcomer; whoever fails begins as its pool says. */
async function firstCheck(backend: Backend, { healthCheck }: PoolConfig): Promise<void> {
  if (healthCheck === undefined) return;
  const result = await runCheck(backend, healthCheck, new AbortController().signal);
  if (result === "pass") backend.health = "healthy";
}
