import { Construct } from "constructs";
import type { DockerContainer } from "../cdk.ts";
import { BalancerGroup } from "./balancers.ts";
import type { Balancers, BalancersProps } from "./balancers.ts";
import type { Listener, ListenerProps } from "./listener.ts";
import type { NodeReference } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";

export interface BalancerProps extends BalancersProps {
  /** @default - the next address for balancers */
  readonly address?: string;
}

/** One balancer, and nobody who stands in for it. */
export class Balancer extends Construct implements Balancers, NodeReference {
  /** Id of the node, and its group. */
  readonly id: string;
  readonly address: string;
  readonly nodes: readonly [NodeReference];
  readonly addresses: readonly string[];
  readonly listeners: readonly Listener[];
  /** What Terraform makes of it. */
  readonly container: DockerContainer;
  readonly #group: BalancerGroup;

  constructor(scope: Construct, id: string, props: BalancerProps = {}) {
    super(scope, id);
    const stack = TopologyStack.of(this);
    this.id = id;
    this.address = props.address ?? stack.nextAddress("balancer");
    this.nodes = [{ id, address: this.address }];
    this.addresses = [this.address];
    this.#group = new BalancerGroup(this, id, this.nodes, props);
    this.listeners = this.#group.listeners;
    const [container] = this.#group.containers;
    if (container === undefined) throw new RangeError(`${id} has no container. This is a defect.`);
    this.container = container;
    stack.declare(() => this.#group.declaration(() => ({ kind: "fixed", addresses: [] })));
  }

  /** Accepts on a port of the balancer. */
  addListener(id: string, props: ListenerProps = {}): Listener {
    return this.#group.addListener(id, props);
  }
}
