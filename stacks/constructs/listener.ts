import { Construct } from "constructs";
import { InvalidDocument, parseConfig } from "../../balancer/index.ts";
import type { ConfigInput } from "../../balancer/index.ts";
import type { TopologyInput } from "../topology.ts";
import { BackendPool } from "./backend-pool.ts";
import type { BackendPoolProps } from "./backend-pool.ts";
import { mergedConfiguration } from "./configuration.ts";
import type { ListenerConfiguration } from "./configuration.ts";
import type { FaultPoint, FaultProxy } from "./fault-proxy.ts";
import { ListenerAction } from "./listener-action.ts";
import type { ForwardProps } from "./listener-action.ts";
import type { Endpoint, NodeReference } from "./node-reference.ts";
import { SERVICE_PORT } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";

export interface ListenerProps {
  /** Where it serves from. @default - what `addTargets` or `addAction` says */
  readonly pool?: BackendPool;
  /** @default "http" */
  readonly protocol?: "http" | "tcp";
  /** @default 8080 */
  readonly port?: number;
  /** Reaches each backend of `pool` through a fault point of its own. @default - directly */
  readonly via?: FaultProxy;
  /** Anything else of the listener's configuration. @default {} */
  readonly configuration?: ListenerConfiguration;
}

type PoolInput = NonNullable<TopologyInput["pools"]>[number];
type LinkInput = NonNullable<TopologyInput["links"]>[number];

/** A port of the balancers and the pool behind it. Made by `addListener` of the balancers. */
export class Listener extends Construct {
  readonly id: string;
  /** What it speaks, as its configuration says in the end. */
  readonly protocol: "http" | "tcp";
  /** Where it listens, as its configuration says in the end. */
  readonly port: number;
  readonly #group: string;
  readonly #configuration: ListenerConfiguration | undefined;
  #action: ListenerAction | undefined;
  #faultPoints: ReadonlyMap<string, FaultPoint> = new Map();

  /** @param group group of the balancers */
  constructor(scope: Construct, id: string, group: string, props: ListenerProps = {}) {
    super(scope, id);
    this.id = id;
    const { protocol = "http", port = SERVICE_PORT } = props;
    const served = mergedConfiguration({ protocol, port }, props.configuration);
    this.protocol = served.protocol;
    this.port = served.port;
    this.#group = group;
    this.#configuration = props.configuration;
    if (props.pool !== undefined) this.addAction(ListenerAction.forward(props.pool, props));
  }

  /**
   * Where it serves from.
   *
   * @throws InvalidDocument while it has no targets
   */
  get pool(): BackendPool {
    if (this.#action !== undefined) return this.#action.pool;
    throw new InvalidDocument("The topology", [
      {
        path: `listeners.${this.id}`,
        value: "(no pool)",
        message: "has nothing to serve from",
        next: `Give it targets: addTargets("app"), or addAction(ListenerAction.forward(pool)).`,
      },
    ]);
  }

  /** Fault points by the id of the backend behind them; none when the backends are reached directly. */
  get faultPoints(): ReadonlyMap<string, FaultPoint> {
    return this.#faultPoints;
  }

  /** Serves from a pool made for this listener, which is returned. @throws RangeError when it has one */
  addTargets(id: string, props: BackendPoolProps & ForwardProps = {}): BackendPool {
    this.#claim();
    const pool = new BackendPool(TopologyStack.of(this), id, props);
    this.addAction(ListenerAction.forward(pool, props));
    return pool;
  }

  /** Says what to do with what it accepts. @throws RangeError when that was said before */
  addAction(action: ListenerAction): void {
    this.#claim();
    const { pool, via } = action;
    this.#action = action;
    if (via === undefined) return;
    this.#faultPoints = new Map(
      pool.nodes.map((node) => [
        node.id,
        via.carry(this.#group, node.id, { address: node.address, port: pool.port }),
      ]),
    );
  }

  /** Listener and pool in a balancer's configuration. */
  toConfig(): Pick<ConfigInput, "listeners" | "pools"> {
    const { id, protocol, port, pool } = this;
    const endpointOf = (node: NodeReference): Endpoint =>
      this.#faultPoints.get(node.id)?.endpoint ?? { address: node.address, port: pool.port };
    const listener = { id, protocol, port, pool: pool.id };
    return {
      listeners: [mergedConfiguration(listener, this.#configuration)],
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
              ...(check.type === "tcp" && check.expect !== undefined
                ? { expectsAnswer: true as const }
                : {}),
              intervalMs: check.interval,
              ...(check.fastInterval === undefined ? {} : { fastIntervalMs: check.fastInterval }),
              ...(check.downInterval === undefined ? {} : { downIntervalMs: check.downInterval }),
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
    if (this.#faultPoints.size > 0) return [];
    const { id: to, port } = this.pool;
    return [{ id: `${this.#group}--${to}`, from: this.#group, to, port }];
  }

  #claim(): void {
    if (this.#action === undefined) return;
    throw new RangeError(
      `Listener ${this.id} serves from ${this.#action.pool.id} already. Add another listener for another pool.`,
    );
  }
}
