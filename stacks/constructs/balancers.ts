import type { Construct } from "constructs";
import { InvalidDocument } from "../../balancer/index.ts";
import type { ConfigInput } from "../../balancer/index.ts";
import type { DockerContainer } from "../cdk.ts";
import { IMAGE_NAMES } from "../image-names.ts";
import { atOnce } from "./at-once.ts";
import { balancerNode } from "./balancer-node.ts";
import type { NodeFailover } from "./balancer-node.ts";
import type { BalancerConfiguration } from "./configuration.ts";
import { ContainerImage } from "./container-image.ts";
import type { Duration } from "./duration.ts";
import { Listener } from "./listener.ts";
import type { ListenerProps } from "./listener.ts";
import type { NodeProps } from "./node-container.ts";
import type { NodeReference } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";
import type { Declaration } from "./topology-stack.ts";

/** Names of the balancer's time limits. */
export type BalancerTimeout = keyof NonNullable<ConfigInput["timeouts"]>;

/** Settings of balancers of every kind. */
export interface BalancersProps extends NodeProps {
  /** Time limits of the balancers. @default - the balancer's own */
  readonly timeouts?: Readonly<Partial<Record<BalancerTimeout, Duration>>>;
  /**
   * Anything else of the balancers' configuration. What belongs to a listener, a pool or a backend
   * is said there; `admin` and `failover` are where the rest of the node looks for them.
   *
   * @default {}
   */
  readonly configuration?: BalancerConfiguration;
}

/** Balancers that serve the same listeners, as others refer to them. */
export interface Balancers {
  /** The group of the nodes. */
  readonly id: string;
  readonly nodes: readonly NodeReference[];
  /** Addresses that clients use. */
  readonly addresses: readonly string[];
  readonly listeners: readonly Listener[];
}

/** What balancers of every kind have in common; each construct of them has one. */
export class BalancerGroup {
  readonly listeners: Listener[] = [];
  readonly containers: readonly DockerContainer[];
  readonly #scope: Construct;
  readonly #id: string;
  readonly #nodes: readonly NodeReference[];
  readonly #props: BalancersProps;

  constructor(
    scope: Construct,
    id: string,
    nodes: readonly NodeReference[],
    props: BalancersProps,
  ) {
    const stack = TopologyStack.of(scope);
    this.#scope = scope;
    this.#id = id;
    this.#nodes = nodes;
    this.#props = props;
    this.containers = nodes.map((node, index) =>
      stack.addContainer(scope, node, {
        image: ContainerImage.fromLocal(IMAGE_NAMES.node),
        ...props,
        index,
      }),
    );
  }

  addListener(id: string, props: ListenerProps = {}): Listener {
    const listener = new Listener(this.#scope, id, this.#id, props);
    this.listeners.push(listener);
    return listener;
  }

  /** What they add to the manifest. @param failoverOf how each node comes to its addresses */
  declaration(failoverOf: (node: NodeReference, index: number) => NodeFailover): Declaration {
    const { prefixLength } = TopologyStack.of(this.#scope);
    const { timeouts = {}, configuration } = this.#props;
    const nodes = this.#nodes.map(
      (node, index) => () =>
        balancerNode({
          id: node.id,
          address: node.address,
          group: this.#id,
          prefixLength,
          config: { listeners: this.listeners, timeouts, configuration },
          failover: failoverOf(node, index),
        }),
    );
    const [checked] = atOnce([() => atOnce(nodes), () => this.#checkWays()]);
    // The pools as the balancer understands them, so that the manifest cannot say anything else.
    const pools = new Map(this.listeners.map((one) => [one.pool.id, one.toManifestPool()]));
    const links = this.listeners.flatMap((listener) => listener.directLinks());
    return {
      nodes: checked,
      links: [...new Map(links.map((link) => [link.id, link])).values()],
      listeners: this.listeners.map((listener) => listener.toManifest()),
      pools: [...pools.values()],
    };
  }

  /** A pool is the same for all its listeners: it cannot be reached in two ways. */
  #checkWays(): void {
    const problems = this.listeners.flatMap((listener) => {
      const first = this.listeners.find(({ pool }) => pool.id === listener.pool.id);
      if (first === undefined || first === listener) return [];
      if (JSON.stringify(first.toConfig().pools) === JSON.stringify(listener.toConfig().pools)) {
        return [];
      }
      return [
        {
          path: `listeners.${listener.id}`,
          value: JSON.stringify(listener.pool.id),
          message: `reaches its pool in another way than ${first.id} does`,
          next: "Let both go via the same fault proxy, or both directly, or give each a pool.",
        },
      ];
    });
    if (problems.length > 0) throw new InvalidDocument("The topology", problems);
  }
}
