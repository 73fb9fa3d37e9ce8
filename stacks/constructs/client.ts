import { Construct } from "constructs";
import type { DockerContainer } from "../cdk.ts";
import { IMAGE_NAMES } from "../image-names.ts";
import type { Balancers } from "./balancers.ts";
import { ContainerImage } from "./container-image.ts";
import type { NodeProps } from "./node-container.ts";
import type { NodeReference } from "./node-reference.ts";
import { READY_DEADLINE_MS } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";

export interface ClientProps extends NodeProps {
  /**
   * Balancers whose listeners must answer this client before it counts as ready: on the address
   * that clients use, and every balancer on its own, so that a peer which cannot serve is found
   * before it has to.
   * @default []
   */
  readonly reaches?: readonly Balancers[];
  /** @default - the next address for clients */
  readonly address?: string;
}

/** A node from which load is sent; nothing runs on it until an experiment starts something. */
export class Client extends Construct implements NodeReference {
  readonly id: string;
  readonly address: string;
  /** What Terraform makes of it. */
  readonly container: DockerContainer;

  constructor(scope: Construct, id: string, props: ClientProps = {}) {
    super(scope, id);
    const stack = TopologyStack.of(this);
    this.id = id;
    this.address = props.address ?? stack.nextAddress("client");
    this.container = stack.addContainer(this, this, {
      image: ContainerImage.fromLocal(IMAGE_NAMES.node),
      ...props,
    });
    const targets = () =>
      (props.reaches ?? []).flatMap(({ listeners, nodes, addresses }) =>
        listeners.flatMap((listener) =>
          [...new Set([...nodes.map(({ address }) => address), ...addresses])].map((address) => ({
            address,
            listener,
          })),
        ),
      );
    stack.declare(() => ({
      nodes: [
        {
          id,
          role: "client",
          group: id,
          address: this.address,
          prefixLength: stack.prefixLength,
          reaches: targets().map(({ address, listener }) => ({
            address,
            port: listener.port,
            ...(listener.protocol === "http" ? { path: "/" } : {}),
            deadlineMs: READY_DEADLINE_MS,
          })),
          observe: ["neighbours"],
        },
      ],
      // One link per pair of groups; its port is that of the first listener.
      links: (props.reaches ?? []).flatMap((balancers) => {
        const [listener] = balancers.listeners;
        if (listener === undefined) return [];
        return [{ id: `${id}--${balancers.id}`, from: id, to: balancers.id, port: listener.port }];
      }),
    }));
  }
}
