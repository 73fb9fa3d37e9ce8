import type { Load } from "../chaos/scenario.ts";
import type { ActivePassiveParts } from "../stacks/topologies/active-passive.ts";
import type { SingleParts } from "../stacks/topologies/single.ts";

/** What of the load differs between scenarios. */
export interface FreshLoadOptions {
  /** How long a backend works on each request. @default - as its topology says */
  readonly serviceMs?: number;
  /** @default 250 */
  readonly totalTimeoutMs?: number;
  /** @default 200 */
  readonly ratePerSecond?: number;
  /** @default "/" */
  readonly path?: string;
  /** Further fields of each request. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What load needs of a topology: a pair with its floating address, or a balancer that is alone. */
type Loaded =
  | Pick<ActivePassiveParts, "pair" | "listener" | "client">
  | Pick<SingleParts, "balancer" | "listener" | "client">;

/**
 * 200 new connections a second from the client to the address that it uses: whatever lasts longer than
 * 5 ms is seen.
 */
export function freshLoad(parts: Loaded, options: FreshLoadOptions = {}): Load {
  const { serviceMs, totalTimeoutMs = 250, ratePerSecond = 200, path = "/", headers } = options;
  return {
    client: parts.client.id,
    address: "pair" in parts ? parts.pair.virtualIp.address : parts.balancer.address,
    port: parts.listener.port,
    path,
    headers: {
      ...(serviceMs === undefined ? {} : { "x-evenkeel-service-ms": String(serviceMs) }),
      ...headers,
    },
    ratePerSecond,
    connectTimeoutMs: 250,
    totalTimeoutMs,
  };
}
