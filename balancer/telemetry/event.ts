/**
 * Events: what happened, when, in which process. One JSON line each on standard output, so that
 * they outlive the node that wrote them (access logs go elsewhere).
 */

/** Version of the event line. */
export const EVENT_SCHEMA = "evenkeel.event/1";

/** Every event type, by the part of the system that tells it. */
export const EVENT_TYPES = [
  // balancer: health
  "check.begin",
  "check.end",
  "backend.unhealthy",
  "backend.healthy",
  "backend.ejected",
  "backend.readmitted",
  "backend.spared",
  "backend.draining",
  "backend.drained",
  "backend.leaving",
  "backend.stayed",
  "slow-start.begin",
  "slow-start.end",
  "key.hot",
  "pool.panic",
  "pool.calm",
  "pool.held",
  "pool.released",
  // balancer: life cycle
  "balancer.ready",
  "balancer.draining",
  "balancer.stopped",
  "balancer.restarting",
  "balancer.replaced",
  "balancer.restart-failed",
  "config.applied",
  "discovery.failed",
  // failover
  "vrrp.master",
  "vrrp.backup",
  "vrrp.fault",
  "vrrp.stop",
  "vrrp.advert",
  "address.added",
  "address.removed",
  "neighbour.changed",
  // node agent and environment
  "node.ready",
  "process.started",
  "process.ready",
  "process.exited",
  "process.liveness-failed",
  "process.restarted",
  "process.replaced",
  // sample application: how many requests it began and had open at most, for a while
  "backend.load",
  "fault.injected",
  "fault.verified",
  "fault.healed",
] as const;

/** The name of something that happened. */
export type EventType = (typeof EVENT_TYPES)[number];

/** One line of an event stream. */
export interface EventLine {
  readonly schema: typeof EVENT_SCHEMA;
  /** Id of the node that tells it. */
  readonly node: string;
  /** Name of the process on that node. */
  readonly process: string;
  /** CLOCK_MONOTONIC in nanoseconds, as a decimal string (it does not fit a JSON number). */
  readonly monotonicNs: string;
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Tells an event; the receiver stamps it. `monotonicNs` overrides the stamp where the source knows better. */
export type EventSink = (
  type: EventType,
  data: Readonly<Record<string, unknown>>,
  monotonicNs?: bigint,
) => void;

/**
 * An event sink that writes lines.
 *
 * @param node id of this node
 * @param process name of this process
 * @param write receives one line with its line feed
 */
export function eventWriter(
  node: string,
  process: string,
  write: (line: string) => void,
): EventSink {
  return (type, data, monotonicNs = globalThis.process.hrtime.bigint()) => {
    const line: EventLine = {
      schema: EVENT_SCHEMA,
      node,
      process,
      monotonicNs: monotonicNs.toString(),
      type,
      data,
    };
    write(`${JSON.stringify(line)}\n`);
  };
}
