import { isDeepStrictEqual } from "node:util";
import type { BackendConfig, Config } from "../config.ts";
import type { DiscoveryConfig } from "../config-discovery.ts";
import type { EventSink } from "../telemetry/event.ts";
import type { Discovery, Found } from "./discovery.ts";
import { DnsDiscovery } from "./dns-discovery.ts";
import { FileDiscovery } from "./file-discovery.ts";

/** What discoveries work with. */
export interface DiscoveriesDependencies {
  readonly emit: EventSink;
  /** Told what an operator should know, one sentence at a time. */
  readonly warn: (message: string) => void;
  /** Told when another set of backends was found. */
  readonly changed: () => void;
}

/** Looks after a failure come this soon. */
const RETRY_MS = 1_000;

/** The backends of one pool, as they are looked for. */
export interface Searched {
  /** Those that the last look that succeeded has found. */
  readonly backends: readonly BackendConfig[];
}

/** Searches by the id of their pool. */
export type Searches = ReadonlyMap<string, Searched>;

class Search implements Searched {
  readonly settings: DiscoveryConfig;
  readonly #pool: string;
  readonly #source: Discovery;
  readonly #dependencies: DiscoveriesDependencies;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failing = false;
  backends: readonly BackendConfig[] = [];

  constructor(pool: string, settings: DiscoveryConfig, dependencies: DiscoveriesDependencies) {
    this.settings = settings;
    this.#pool = pool;
    this.#dependencies = dependencies;
    this.#source =
      settings.type === "dns" ? new DnsDiscovery(settings) : new FileDiscovery(settings.path);
  }

  /** Looks once, and then again and again until it is closed. */
  async begin(): Promise<void> {
    // Before the first look, so that nothing is missed between the two.
    this.#source.watch?.(() => void this.#lookAndTell());
    await this.#look();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#source.close();
  }

  async #lookAndTell(): Promise<void> {
    const before = this.backends;
    await this.#look();
    if (!this.#closed && !isDeepStrictEqual(before, this.backends)) this.#dependencies.changed();
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    let againMs: number | null = RETRY_MS;
    try {
      const found: Found = await this.#source.look();
      ({ againMs } = found);
      this.backends = inOrder(found.backends);
      this.#failing = false;
    } catch (error) {
      this.#failed(error);
    }
    if (this.#closed || againMs === null) return;
    this.#timer = setTimeout(() => void this.#lookAndTell(), againMs);
  }

  /** Who was found before stays: a name server that is ill must not empty a pool. */
  #failed(error: unknown): void {
    if (this.#failing || this.#closed) return;
    this.#failing = true;
    const why = error instanceof Error ? error.message : String(error);
    const kept = this.backends.length;
    this.#dependencies.emit("discovery.failed", { pool: this.#pool, why, kept });
    this.#dependencies.warn(`Pool ${this.#pool} keeps its ${kept} discovered backend(s). ${why}`);
  }
}

/** The pools whose backends are looked for. */
export class Discoveries {
  readonly #dependencies: DiscoveriesDependencies;
  /** Those that look for somebody: the present ones, and those that are planned. */
  readonly #open = new Set<Search>();
  #searches: ReadonlyMap<string, Search> = new Map();

  constructor(dependencies: DiscoveriesDependencies) {
    this.#dependencies = dependencies;
  }

  /** The present ones. */
  get searches(): Searches {
    return this.#searches;
  }

  /** Searches for a configuration; those that are new have looked once. The present ones go on. */
  async planned({ pools }: Config): Promise<ReadonlyMap<string, Search>> {
    const searches = new Map<string, Search>();
    const fresh: Search[] = [];
    for (const { id, discovery } of pools) {
      if (discovery === undefined) continue;
      const present = this.#searches.get(id);
      if (present !== undefined && isDeepStrictEqual(present.settings, discovery)) {
        searches.set(id, present);
      } else {
        const search = new Search(id, discovery, this.#dependencies);
        searches.set(id, search);
        this.#open.add(search);
        fresh.push(search);
      }
    }
    await Promise.all(fresh.map((search) => search.begin()));
    return searches;
  }

  /** Makes planned searches the present ones. */
  become(searches: ReadonlyMap<string, Search>): void {
    const kept = new Set(searches.values());
    for (const search of this.#searches.values()) if (!kept.has(search)) this.#close(search);
    this.#searches = searches;
  }

  /** Lets go of planned searches that do not come about. */
  abandon(searches: ReadonlyMap<string, Search>): void {
    const present = new Set(this.#searches.values());
    for (const search of searches.values()) if (!present.has(search)) this.#close(search);
  }

  /** Looks for nobody any more; whoever plans is done at once. */
  close(): void {
    for (const search of this.#open) this.#close(search);
  }

  #close(search: Search): void {
    this.#open.delete(search);
    search.close();
  }
}

/** Each once, and in one order whatever the order of the answer: name servers turn it with each one. */
function inOrder(backends: readonly BackendConfig[]): readonly BackendConfig[] {
  const byId = new Map(backends.map((backend) => [backend.id, backend]));
  return [...byId.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** A configuration with the backends that were found beside those that it lists; listed ones win. */
export function withFound(config: Config, searches: Searches): Config {
  if (searches.size === 0) return config;
  const pools = config.pools.map((pool) => {
    const found = searches.get(pool.id)?.backends ?? [];
    const more = found.filter(
      (one) =>
        !pool.backends.some(
          ({ id, address, port }) =>
            id === one.id || (address === one.address && port === one.port),
        ),
    );
    return more.length === 0 ? pool : { ...pool, backends: [...pool.backends, ...more] };
  });
  return { ...config, pools };
}
