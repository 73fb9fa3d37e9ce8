import { Construct } from "constructs";
import type { ConfigInput } from "../../balancer/index.ts";
import type { DockerContainer } from "../cdk.ts";
import { IMAGE_NAMES } from "../image-names.ts";
import type { BackendPool } from "./backend-pool.ts";
import { balancerNode } from "./balancer-node.ts";
import { ContainerImage } from "./container-image.ts";
import { Duration } from "./duration.ts";
import type { FaultProxy } from "./fault-proxy.ts";
import { Listener } from "./listener.ts";
import type { NodeProps } from "./node-container.ts";
import type { NodeReference } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";
import type { Declaration } from "./topology-stack.ts";

export interface BalancerPairProps extends NodeProps {
  /**
   * How the second balancer gets the address: `none` fixes it on the first one, and no keepalived runs.
   *
   * @default "keepalived"
   */
  readonly failover?: "keepalived" | "none";
  /** The address that clients use. @default - the next floating address */
  readonly virtualIp?: { readonly address: string };
  /**
   * VRRP priorities of the two, 1 to 254. High and adjacent ones hand over fastest.
   *
   * @default [250, 240]
   */
  readonly priorities?: readonly [number, number];
  /** Interval of VRRP's adverts, in whole centiseconds. @default Duration.millis(100) */
  readonly advertInterval?: Duration;
  /** Whether a returning balancer of higher priority takes the address back. @default false */
  readonly preempt?: boolean;
  /** VRRP's virtual router id, unique in the topology. @default 51 */
  readonly routerId?: number;
  /** Time limits of the balancers. @default - the balancer's own */
  readonly timeouts?: Readonly<Partial<Record<BalancerTimeout, Duration>>>;
  /** @default - the next two addresses for balancers */
  readonly addresses?: readonly [string, string];
}

/** Names of the balancer's time limits. */
export type BalancerTimeout = keyof NonNullable<ConfigInput["timeouts"]>;

export interface AddListenerProps {
  readonly pool: BackendPool;
  /** @default "http" */
  readonly protocol?: "http" | "tcp";
  /** @default 8080 */
  readonly port?: number;
  /** Reaches each backend through a fault point of its own. @default - directly */
  readonly via?: FaultProxy;
}

/** Two balancers of which one at a time holds the address that clients use. */
export class BalancerPair extends Construct {
  /** The group of both nodes. */
  readonly id: string;
  /** `<id>-a`, of the higher priority by default. */
  readonly first: NodeReference;
  /** `<id>-b` */
  readonly second: NodeReference;
  readonly nodes: readonly [NodeReference, NodeReference];
  /** The address that clients use. */
  readonly virtualIp: { readonly address: string };
  readonly listeners: readonly Listener[];
  /** What Terraform makes of each node, in their order. */
  readonly containers: readonly DockerContainer[];
  readonly #listeners: Listener[] = [];
  readonly #props: BalancerPairProps;

  constructor(scope: Construct, id: string, props: BalancerPairProps = {}) {
    super(scope, id);
    const stack = TopologyStack.of(this);
    const address = (index: 0 | 1) => props.addresses?.[index] ?? stack.nextAddress("balancer");
    this.id = id;
    this.first = { id: `${id}-a`, address: address(0) };
    this.second = { id: `${id}-b`, address: address(1) };
    this.nodes = [this.first, this.second];
    this.virtualIp = props.virtualIp ?? { address: stack.nextAddress("virtual") };
    this.listeners = this.#listeners;
    this.containers = this.nodes.map((node, index) =>
      stack.addContainer(this, node, {
        image: ContainerImage.fromLocal(IMAGE_NAMES.node),
        ...props,
        index,
      }),
    );
    this.#props = props;
    stack.declare(() => this.#declaration(stack.prefixLength));
  }

  /** Accepts on a port of both balancers and serves from a pool. */
  addListener(id: string, props: AddListenerProps): Listener {
    const listener = new Listener(this, id, { ...props, group: this.id });
    this.#listeners.push(listener);
    return listener;
  }

  #declaration(prefixLength: number): Declaration {
    const { failover = "keepalived", priorities = [250, 240], timeouts = {} } = this.#props;
    const vrrp = {
      routerId: this.#props.routerId ?? 51,
      advertIntervalMs: (this.#props.advertInterval ?? Duration.millis(100)).toMilliseconds(),
      preempt: this.#props.preempt ?? false,
    };
    const config = { listeners: this.#listeners, timeouts };
    const nodes = this.nodes.map((node, index) =>
      balancerNode({
        ...node,
        group: this.id,
        prefixLength,
        config,
        failover:
          failover === "none"
            ? { kind: "fixed", addresses: index === 0 ? [this.virtualIp.address] : [] }
            : {
                kind: "keepalived",
                ...vrrp,
                priority: priorities[index] ?? 1,
                virtualAddress: this.virtualIp.address,
                peers: this.nodes.filter((peer) => peer !== node).map((peer) => peer.address),
              },
      }),
    );
    // The pools as the balancer understands them, so that the manifest cannot say anything else.
    const pools = new Map(this.#listeners.map((one) => [one.pool.id, one.toManifestPool()]));
    const owners = this.nodes
      .map(({ id }, index) => ({ node: id, priority: priorities[index] ?? 1 }))
      .sort((a, b) => b.priority - a.priority);
    return {
      nodes,
      links: this.#listeners.flatMap((listener) => listener.directLinks()),
      listeners: this.#listeners.map((listener) => listener.toManifest()),
      pools: [...pools.values()],
      ...(failover === "none"
        ? {}
        : { virtualAddress: { address: this.virtualIp.address, owners, vrrp } }),
    };
  }
}
