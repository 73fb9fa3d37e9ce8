import { Construct } from "constructs";
import type { DockerContainer } from "../cdk.ts";
import { BalancerGroup } from "./balancers.ts";
import type { Balancers, BalancersProps } from "./balancers.ts";
import type { Listener, ListenerProps } from "./listener.ts";
import type { NodeReference } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";

export interface BalancerFleetProps extends BalancersProps {
  /** Number of balancers. @default 2 */
  readonly count?: number;
  /** One a balancer. @default - the next addresses for balancers */
  readonly addresses?: readonly string[];
}

/**
 * Balancers that all serve at the same time, each at an address of its own, over which clients or
 * DNS spread themselves: an active-active pair, or more of them.
 */
export class BalancerFleet extends Construct implements Balancers {
  /** The group of the nodes. */
  readonly id: string;
  /** `<id>-1` and so on. */
  readonly nodes: readonly NodeReference[];
  readonly addresses: readonly string[];
  readonly listeners: readonly Listener[];
  /** What Terraform makes of each node, in their order. */
  readonly containers: readonly DockerContainer[];
  readonly #group: BalancerGroup;

  constructor(scope: Construct, id: string, props: BalancerFleetProps = {}) {
    super(scope, id);
    const stack = TopologyStack.of(this);
    this.id = id;
    this.nodes = Array.from({ length: props.count ?? 2 }, (_, index) => ({
      id: `${id}-${index + 1}`,
      address: props.addresses?.[index] ?? stack.nextAddress("balancer"),
    }));
    this.addresses = this.nodes.map(({ address }) => address);
    this.#group = new BalancerGroup(this, id, this.nodes, props);
    this.listeners = this.#group.listeners;
    this.containers = this.#group.containers;
    stack.declare(() => this.#group.declaration(() => ({ kind: "fixed", addresses: [] })));
  }

  /** Accepts on a port of every balancer. */
  addListener(id: string, props: ListenerProps = {}): Listener {
    return this.#group.addListener(id, props);
  }
}
