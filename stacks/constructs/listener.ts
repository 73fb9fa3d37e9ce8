import { Construct } from "constructs";
import { parseConfig } from "../../balancer/index.ts";
import type { ConfigInput } from "../../balancer/index.ts";
import type { TopologyInput } from "../topology.ts";
import type { BackendPool } from "./backend-pool.ts";
import type { FaultPoint, FaultProxy } from "./fault-proxy.ts";
import type { Endpoint, NodeReference } from "./node-reference.ts";
import { SERVICE_PORT } from "./node-reference.ts";

export interface ListenerProps {
  /** Group of the balancers. */
  readonly group: string;
  readonly pool: BackendPool;
  /** @default "http" */
  readonly protocol?: "http" | "tcp";
  /** @default 8080 */
  readonly port?: number;
  /** Reaches each backend through a fault point of its own. @default - directly */
  readonly via?: FaultProxy;
}

type PoolInput = NonNullable<TopologyInput["pools"]>[number];
type LinkInput = NonNullable<TopologyInput["links"]>[number];

/** A port of the balancers and the pool behind it. Made by `addListener` of the balancers. */
export class Listener extends Construct {
  readonly id: string;
  readonly pool: BackendPool;
  readonly protocol: "http" | "tcp";
  readonly port: number;
  /** Fault points by the id of the backend behind them; none when the backends are reached directly. */
  readonly faultPoints: ReadonlyMap<string, FaultPoint>;
  readonly #group: string;

  constructor(scope: Construct, id: string, props: ListenerProps) {
    super(scope, id);
    const { group, pool, via } = props;
    this.id = id;
    this.pool = pool;
    this.protocol = props.protocol ?? "http";
    this.port = props.port ?? SERVICE_PORT;
    this.#group = group;
    this.faultPoints = new Map(
      via === undefined
        ? []
        : pool.nodes.map((node) => [
            node.id,
            via.carry(group, node.id, { address: node.address, port: pool.port }),
          ]),
    );
  }

  /** Listener and pool in a balancer's configuration. */
  toConfig(): Pick<ConfigInput, "listeners" | "pools"> {
    const endpointOf = (node: NodeReference): Endpoint =>
      this.faultPoints.get(node.id)?.endpoint ?? { address: node.address, port: this.pool.port };
    const { id, protocol, port, pool } = this;
    return {
      listeners: [{ id, protocol, port, pool: pool.id }],
      pools: [pool.toConfig(endpointOf)],
    };
  }

  /** The listener in the manifest. */
  toManifest() {
    const { id, protocol, port, pool } = this;
    return { id, protocol, port, pool: pool.id, group: this.#group };
  }

  /**
   * The pool in the manifest, with the balancer's defaults filled in.
   *
   * @throws InvalidDocument when the balancer would refuse it
   */
  toManifestPool(): PoolInput {
    const [pool] = parseConfig(this.toConfig()).pools;
    if (pool === undefined) throw new RangeError(`Listener ${this.id} has no pool. Give it one.`);
    const { healthCheck: check, hold } = pool;
    return {
      id: pool.id,
      policy: pool.policy,
      ...(check === undefined
        ? {}
        : {
            healthCheck: {
              type: check.type,
              ...(check.type === "http" ? { path: check.path } : {}),
              intervalMs: check.interval,
              timeoutMs: check.timeout,
              rise: check.rise,
              fall: check.fall,
              jitter: check.jitter,
            },
          }),
      ...(hold.enabled ? { holdMs: hold.duration } : {}),
      retryAttempts: pool.retry.attempts,
      backends: pool.backends.map((backend) => backend.id),
    };
  }

  /** The link to the backends, when no fault proxy carries it. */
  directLinks(): LinkInput[] {
    if (this.faultPoints.size > 0) return [];
    const to = this.pool.id;
    return [{ id: `${this.#group}--${to}`, from: this.#group, to, port: this.pool.port }];
  }
}
