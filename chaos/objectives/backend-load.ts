import type { TimelineEvent } from "../environment/environment.ts";

/** The length of the windows that a backend tells of, in milliseconds. */
export const LOAD_WINDOW_MS = 100;

/** What one backend told of one window. */
export interface BackendLoad {
  readonly node: string;
  readonly fromNs: bigint;
  readonly toNs: bigint;
  /** Requests of work that began in it. */
  readonly requests: number;
  /** The most that were open at once. */
  readonly openMost: number;
}

/** What backends told of their load, in the order of the events. A window without work is not told. */
export function backendLoads(events: readonly TimelineEvent[]): readonly BackendLoad[] {
  return events.flatMap(({ type, node, monotonicNs, data }) => {
    const { requests, openMost } = data;
    if (type !== "backend.load") return [];
    if (typeof requests !== "number" || typeof openMost !== "number") return [];
    const toNs = BigInt(monotonicNs);
    return [{ node, fromNs: toNs - BigInt(LOAD_WINDOW_MS * 1e6), toNs, requests, openMost }];
  });
}

/**
 * How many requests began at backends between two moments. Of a window that only partly lies between them,
 * that part of its requests counts.
 */
export function requestsAtBackends(
  loads: readonly BackendLoad[],
  fromNs: bigint,
  toNs: bigint,
): number {
  return loads.reduce((sum, load) => {
    const begin = load.fromNs > fromNs ? load.fromNs : fromNs;
    const end = load.toNs < toNs ? load.toNs : toNs;
    if (end <= begin) return sum;
    return sum + (load.requests * Number(end - begin)) / Number(load.toNs - load.fromNs);
  }, 0);
}
