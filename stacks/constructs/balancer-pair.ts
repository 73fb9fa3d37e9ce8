import { Construct } from "constructs";
import type { DockerContainer } from "../cdk.ts";
import { BalancerGroup } from "./balancers.ts";
import type { Balancers, BalancersProps } from "./balancers.ts";
import { Duration } from "./duration.ts";
import type { Listener, ListenerProps } from "./listener.ts";
import type { NodeReference } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";
import type { Declaration } from "./topology-stack.ts";
import { VirtualIp } from "./virtual-ip.ts";

export interface BalancerPairProps extends BalancersProps {
  /**
   * How the second balancer gets the address: `none` fixes it on the first one, and no keepalived runs.
   *
   * @default "keepalived"
   */
  readonly failover?: "keepalived" | "none";
  /** The address that clients use. @default - the next floating address */
  readonly virtualIp?: VirtualIp;
  /**
   * VRRP priorities of the two, 1 to 254. High and adjacent ones hand over fastest.
   *
   * @default [250, 240]
   */
  readonly priorities?: readonly [number, number];
  /** Interval of VRRP's adverts, in whole centiseconds. @default Duration.millis(100) */
  readonly advertInterval?: Duration;
  /**
   * Adverts that must be missed in a row before the second balancer takes the address, 1 to 100:
   * keepalived's `down_timer_adverts`. More of them at a shorter interval bear more loss and take no longer.
   *
   * @default 3
   */
  readonly downTimerAdverts?: number;
  /** Whether a returning balancer of higher priority takes the address back. @default false */
  readonly preempt?: boolean;
  /**
   * What becomes of requests that are open when a balancer gives the address away as planned: with
   * `lossless` it finishes them, with `plain` they fail. A balancer that dies loses what it has open
   * either way.
   *
   * @default "lossless"
   */
  readonly handover?: "lossless" | "plain";
  /** VRRP's virtual router id, unique in the topology. @default 51 */
  readonly routerId?: number;
  /** @default - the next two addresses for balancers */
  readonly addresses?: readonly [string, string];
}

/**
 * Two balancers of which one at a time holds the address that clients use. Two that both serve are
 * a `BalancerFleet`.
 */
export class BalancerPair extends Construct implements Balancers {
  /** The group of both nodes. */
  readonly id: string;
  /** `<id>-a`, of the higher priority by default. */
  readonly first: NodeReference;
  /** `<id>-b` */
  readonly second: NodeReference;
  readonly nodes: readonly [NodeReference, NodeReference];
  /** The address that clients use. */
  readonly virtualIp: VirtualIp;
  readonly addresses: readonly string[];
  readonly listeners: readonly Listener[];
  /** What Terraform makes of each node, in their order. */
  readonly containers: readonly DockerContainer[];
  readonly #group: BalancerGroup;
  readonly #props: BalancerPairProps;

  constructor(scope: Construct, id: string, props: BalancerPairProps = {}) {
    super(scope, id);
    const stack = TopologyStack.of(this);
    const address = (index: 0 | 1) => props.addresses?.[index] ?? stack.nextAddress("balancer");
    this.id = id;
    this.first = { id: `${id}-a`, address: address(0) };
    this.second = { id: `${id}-b`, address: address(1) };
    this.nodes = [this.first, this.second];
    this.virtualIp = props.virtualIp ?? VirtualIp.at(stack.nextAddress("virtual"));
    this.addresses = [this.virtualIp.address];
    this.#props = props;
    this.#group = new BalancerGroup(this, id, this.nodes, props);
    this.listeners = this.#group.listeners;
    this.containers = this.#group.containers;
    stack.declare(() => this.#declaration());
  }

  /** Accepts on a port of both balancers. */
  addListener(id: string, props: ListenerProps = {}): Listener {
    return this.#group.addListener(id, props);
  }

  #declaration(): Declaration {
    const { failover = "keepalived", priorities = [250, 240] } = this.#props;
    const { address } = this.virtualIp;
    if (failover === "none") {
      return this.#group.declaration((_, index) => ({
        kind: "fixed",
        addresses: index === 0 ? [address] : [],
      }));
    }
    const vrrp = {
      routerId: this.#props.routerId ?? 51,
      advertIntervalMs: (this.#props.advertInterval ?? Duration.millis(100)).toMilliseconds(),
      preempt: this.#props.preempt ?? false,
      ...(this.#props.downTimerAdverts === undefined
        ? {}
        : { downTimerAdverts: this.#props.downTimerAdverts }),
    };
    const owners = this.nodes
      .map(({ id }, index) => ({ node: id, priority: priorities[index] ?? 1 }))
      .sort((a, b) => b.priority - a.priority);
    const declaration = this.#group.declaration((node, index) => ({
      kind: "keepalived",
      ...vrrp,
      priority: priorities[index] ?? 1,
      handover: this.#props.handover ?? "lossless",
      virtualAddress: address,
      peers: this.nodes.filter((peer) => peer !== node).map((peer) => peer.address),
    }));
    return { ...declaration, virtualAddress: { address, owners, vrrp } };
  }
}
