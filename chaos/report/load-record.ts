import type { Arrivals, ProberQuality, Traffic } from "../measurement/probe.ts";
import type { Load, NamedLoad } from "../scenario.ts";
import type { TrialRecord } from "./record.ts";

/** A load as a record tells it: everything that it was declared with or left to its default. */
export interface LoadRecord {
  /** Node that sends. */
  readonly client: string;
  readonly ratePerSecond: number;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
  /** Address, port and path of the first address. */
  readonly target: string;
  /** The same of its further addresses; requests go to all of them in turns. */
  readonly otherTargets: readonly string[];
  /** What carries the requests, by its kind alone. */
  readonly class: Traffic["kind"];
  readonly arrivals: Arrivals;
  readonly traffic: Traffic;
  /** How often a request that failed in time is sent again. */
  readonly retries: number;
}

/** A load beside the main one. */
export interface NamedLoadRecord extends LoadRecord {
  readonly id: string;
}

/** What one trial saw of a load beside the main one. */
export interface LoadTrialRecord {
  readonly id: string;
  /**
   * Its own probes, around the fault and the recovery (P1 and P6) of the main load. A long-lived connection
   * failed when it was lost, any other when it was meant to start.
   */
  readonly probes: TrialRecord["probes"];
  /** What its prober says of itself; null when it gave no account. */
  readonly quality: ProberQuality | null;
}

/** How requests of a load are spread over time unless it says so. */
export const DEFAULT_ARRIVALS: Arrivals = { kind: "constant" };

/** What carries the requests of a load unless it says so. */
export const DEFAULT_TRAFFIC: Traffic = { kind: "fresh" };

/** What is recorded of a load as it is declared. */
export function loadRecord(load: Load): LoadRecord {
  const targetOf = (address: string): string => `${address}:${load.port}${load.path}`;
  const { arrivals = DEFAULT_ARRIVALS, traffic = DEFAULT_TRAFFIC, retries = 0 } = load;
  return {
    client: load.client,
    ratePerSecond: load.ratePerSecond,
    connectTimeoutMs: load.connectTimeoutMs,
    totalTimeoutMs: load.totalTimeoutMs,
    target: targetOf(load.address),
    otherTargets: (load.otherAddresses ?? []).map(targetOf),
    class: traffic.kind,
    arrivals,
    traffic,
    retries,
  };
}

/** The same of a load beside the main one. */
export function namedLoadRecord(load: NamedLoad): NamedLoadRecord {
  return { id: load.id, ...loadRecord(load) };
}
