import type { EventLine } from "../../balancer/index.ts";

/**
 * All events of a trial on one clock.
 */

/**
 * Events of several sources in the order of time. Events of the same time stay in the order in
 * which their sources were given, and in the order of their source.
 */
export function mergeEvents(...sources: readonly (readonly EventLine[])[]): EventLine[] {
  // `sort` is stable.
  return sources.flat().sort((a, b) => compareNs(a.monotonicNs, b.monotonicNs));
}

/** Orders two stamps written as decimal strings without leading zeros, as a `sort` wants it. */
export function compareNs(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Says which events are meant. */
export type EventPredicate = (event: EventLine) => boolean;

/** The earliest matching event at or after a time, whatever the order of the list. */
export function firstEvent(
  events: readonly EventLine[],
  matches: EventPredicate,
  fromNs: bigint = 0n,
): EventLine | undefined {
  return pick(events, matches, (event, best) => {
    if (BigInt(event.monotonicNs) < fromNs) return false;
    return best === undefined || compareNs(event.monotonicNs, best.monotonicNs) < 0;
  });
}

/** The latest matching event at or before a time, whatever the order of the list. */
export function lastEvent(
  events: readonly EventLine[],
  matches: EventPredicate,
  untilNs: bigint,
): EventLine | undefined {
  return pick(events, matches, (event, best) => {
    if (BigInt(event.monotonicNs) > untilNs) return false;
    return best === undefined || compareNs(event.monotonicNs, best.monotonicNs) >= 0;
  });
}

/** The times of all matching events, in order. */
export function timesOf(events: readonly EventLine[], matches: EventPredicate): bigint[] {
  return mergeEvents(events.filter(matches)).map((event) => BigInt(event.monotonicNs));
}

function pick(
  events: readonly EventLine[],
  matches: EventPredicate,
  isBetter: (event: EventLine, best: EventLine | undefined) => boolean,
): EventLine | undefined {
  let best: EventLine | undefined;
  for (const event of events) if (isBetter(event, best) && matches(event)) best = event;
  return best;
}
