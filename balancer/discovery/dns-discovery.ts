import { Resolver } from "node:dns/promises";
import type { BackendConfig } from "../config.ts";
import type { DnsDiscoveryConfig } from "../config-discovery.ts";
import { DEFAULTS } from "../defaults.ts";
import { addressId } from "./address-id.ts";
import type { Discovery, Found } from "./discovery.ts";

/** Records of a time to live below this are still not asked for more often. */
const LEAST_MS = 1_000;

/** An address record, as the resolver gives it. */
interface AddressRecord {
  readonly address: string;
  /** Seconds. */
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
    const { record, port, interval } = this.#config;
    try {
      if (record === "SRV") return { backends: await this.#services(), againMs: interval };
      const records = await this.#addresses(this.#config.name, record);
      const ttlMs = Math.min(...records.map(({ ttl }) => ttl * 1000));
      return {
        backends: records.map(({ address }) => backendAt(address, port ?? 0, DEFAULTS.weight)),
        againMs: Math.min(interval, Math.max(LEAST_MS, ttlMs)),
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

  async #services(): Promise<BackendConfig[]> {
    const all = await this.#resolver.resolveSrv(this.#config.name);
    const first = Math.min(...all.map(({ priority }) => priority));
    const services = all.filter(({ priority }) => priority === first);
    const found = await Promise.all(
      services.map(async ({ name, port, weight }) => {
        const records = await this.#addresses(name, "A");
        // RFC 2782: weight 0 is for services without a choice; it is no zero of ours.
        return records.map(({ address }) => backendAt(address, port, Math.max(1, weight)));
      }),
    );
    return found.flat();
  }

  async #addresses(name: string, record: "A" | "AAAA"): Promise<readonly AddressRecord[]> {
    const records =
      record === "A"
        ? await this.#resolver.resolve4(name, { ttl: true })
        : await this.#resolver.resolve6(name, { ttl: true });
    if (records.length === 0) throw new LookupFailed(this.#config, `${name} has no records`);
    return records;
  }
}

function backendAt(address: string, port: number, weight: number): BackendConfig {
  // SRV weights go up to 65535, ours to 1000.
  return { id: addressId(address, port), address, port, weight: Math.min(1_000, weight) };
}
