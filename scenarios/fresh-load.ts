import type { Load } from "../chaos/scenario.ts";
import type { ActivePassiveParts } from "../stacks/topologies/active-passive.ts";

/** What of the load differs between scenarios. */
export interface FreshLoadOptions {
  /** How long a backend works on each request. @default 0 */
  readonly serviceMs?: number;
  /** @default 250 */
  readonly totalTimeoutMs?: number;
}

/**
 * 200 new connections a second from the client to the floating address: whatever lasts longer than
 * 5 ms is seen.
 */
export function freshLoad(
  { pair, listener, client }: Pick<ActivePassiveParts, "pair" | "listener" | "client">,
  { serviceMs, totalTimeoutMs = 250 }: FreshLoadOptions = {},
): Load {
  return {
    client: client.id,
    address: pair.virtualIp.address,
    port: listener.port,
    path: "/",
    headers: serviceMs === undefined ? {} : { "x-evenkeel-service-ms": String(serviceMs) },
    ratePerSecond: 200,
    connectTimeoutMs: 250,
    totalTimeoutMs,
  };
}
