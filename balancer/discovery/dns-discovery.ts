import { Resolver } from "node:dns/promises";
import type { BackendConfig } from "../config.ts";
import type { DnsDiscoveryConfig } from "../config-discovery.ts";
import { DEFAULTS } from "../defaults.ts";
import { addressId } from "./address-id.ts";
import type { Discovery, Found } from "./discovery.ts";

/** Whatever times to live and the interval say, nobody is asked more often. */
const LEAST_MS = 1_000;

/** What an address record stands for. */
interface Answered {
  readonly backend: BackendConfig;
  /** Seconds that the record lives. */
  readonly ttl: number;
}

/** Thrown when a name has no records, or nobody answers. */
export class LookupFailed extends Error {
  readonly code = "lookup-failed";
  readonly side = "upstream";
  readonly retryable = true;

  constructor({ name, record }: DnsDiscoveryConfig, why: string, cause?: unknown) {
    super(
      `The lookup of ${name} (${record}) failed: ${why}. Check the name with dig, and that its server answers.`,
      { cause },
    );
    this.name = "LookupFailed";
  }
}

/**
 * Finds backends by name. A backend is named after its address, so that it stays the same one from
 * lookup to lookup.
 *
 * @see RFC 1035; RFC 2782 for SRV: the records of the lowest priority are used, with their weights
 */
export class DnsDiscovery implements Discovery {
  readonly #config: DnsDiscoveryConfig;
  readonly #resolver: Resolver;

  constructor(config: DnsDiscoveryConfig) {
    this.#config = config;
    this.#resolver = new Resolver({ timeout: config.timeout, tries: 1 });
    if (config.servers !== undefined) this.#resolver.setServers(config.servers);
  }

  /** @throws LookupFailed; an empty answer is a failure too, and empties no pool */
  async look(): Promise<Found> {
    const { name, record, port = 0, interval } = this.#config;
    try {
      const answered =
        record === "SRV" ? await this.#services() : await this.#hosts(name, record, port);
      const ttlMs = Math.min(...answered.map(({ ttl }) => ttl * 1_000));
      return {
        backends: answered.map(({ backend }) => backend),
        againMs: Math.max(LEAST_MS, Math.min(interval, ttlMs)),
      };
    } catch (error) {
      if (error instanceof LookupFailed) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new LookupFailed(this.#config, why, error);
    }
  }

  close(): void {
    this.#resolver.cancel();
  }

  /** The resolver says nothing of how long SRV records live; those of their addresses are heeded. */
  async #services(): Promise<Answered[]> {
    const all = await this.#resolver.resolveSrv(this.#config.name);
    const first = Math.min(...all.map(({ priority }) => priority));
    const services = all.filter(({ priority }) => priority === first);
    const found = await Promise.all(
      // RFC 2782: weight 0 is for services without a choice; it is no zero of ours.
      services.map(({ name, port, weight }) => this.#hosts(name, "A", port, Math.max(1, weight))),
    );
    return found.flat();
  }

  async #hosts(
    name: string,
    record: "A" | "AAAA",
    port: number,
    weight: number = DEFAULTS.weight,
  ): Promise<Answered[]> {
    const records =
      record === "A"
        ? await this.#resolver.resolve4(name, { ttl: true })
        : await this.#resolver.resolve6(name, { ttl: true });
    if (records.length === 0) throw new LookupFailed(this.#config, `${name} has no records`);
    return records.map(({ address, ttl }) => ({ backend: backendAt(address, port, weight), ttl }));
  }
}

function backendAt(address: string, port: number, weight: number): BackendConfig {
  // SRV weights go up to 65535, ours to 1000.
  return { id: addressId(address, port), address, port, weight: Math.min(1_000, weight) };
}
