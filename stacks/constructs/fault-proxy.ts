import { Construct } from "constructs";
import type { DockerContainer } from "../cdk.ts";
import { IMAGE_NAMES } from "../image-names.ts";
import type { Link } from "../topology.ts";
import { ContainerImage } from "./container-image.ts";
import type { NodeProps } from "./node-container.ts";
import type { Endpoint, NodeReference } from "./node-reference.ts";
import { READY_DEADLINE_MS } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";

export interface FaultProxyProps extends NodeProps {
  /** @default - the next address for fault proxies */
  readonly address?: string;
}

/** A link that a fault proxy carries. */
export interface FaultPoint {
  /** Id of the link, and name of its Toxiproxy proxy. */
  readonly id: string;
  /** Where the near end connects to. */
  readonly endpoint: Endpoint;
}

const CONTROL_PORT = 8_474;
const FIRST_LISTEN_PORT = 9_001;
const CONFIG_PATH = "/run/evenkeel/toxiproxy.json";

/** A Toxiproxy node: links that lead through it can be slowed, stalled and cut. */
export class FaultProxy extends Construct implements NodeReference {
  readonly id: string;
  readonly address: string;
  /** What Terraform makes of it. */
  readonly container: DockerContainer;
  readonly #carried: {
    readonly link: Link;
    readonly upstream: Endpoint;
    readonly point: FaultPoint;
  }[] = [];

  constructor(scope: Construct, id: string, props: FaultProxyProps = {}) {
    super(scope, id);
    const stack = TopologyStack.of(this);
    this.id = id;
    this.address = props.address ?? stack.nextAddress("fault-proxy");
    this.container = stack.addContainer(this, this, {
      image: ContainerImage.fromLocal(IMAGE_NAMES.toxiproxy),
      ...props,
    });
    stack.declare(() => ({
      nodes: [
        {
          id,
          role: "fault-proxy",
          group: id,
          address: this.address,
          prefixLength: stack.prefixLength,
          files: [{ kind: "file", path: CONFIG_PATH, content: this.#config() }],
          processes: [
            {
              name: "toxiproxy",
              argv: ["toxiproxy-server", "-host", "0.0.0.0", "-config", CONFIG_PATH],
              readiness: {
                kind: "http",
                port: CONTROL_PORT,
                path: "/version",
                status: 200,
                deadlineMs: READY_DEADLINE_MS,
              },
            },
          ],
          stopOrder: ["toxiproxy"],
        },
      ],
      links: this.#carried.map(({ link }) => link),
    }));
  }

  /**
   * Carries one link. One proxy has one thing behind it, so `to` is a single node. Asked again for the
   * same link, as by a second listener of a pool, it answers with the fault point that is there.
   *
   * @param from group or node at the near end
   * @param to node at the far end
   * @param upstream where the far end is served
   */
  carry(from: string, to: string, upstream: Endpoint): FaultPoint {
    const id = `${from}--${to}`;
    const { address, port } = upstream;
    const known = this.#carried.find(
      (one) => one.link.id === id && one.upstream.address === address && one.upstream.port === port,
    );
    if (known !== undefined) return known.point;
    const listenPort = FIRST_LISTEN_PORT + this.#carried.length;
    const point = { id, endpoint: { address: this.address, port: listenPort } };
    const link = { id, from, to, port, via: { node: this.id, listenPort } };
    this.#carried.push({ link, upstream, point });
    return point;
  }

  #config(): string {
    const proxies = this.#carried.map(({ link, upstream }) => ({
      name: link.id,
      listen: `0.0.0.0:${link.via?.listenPort}`,
      upstream: `${upstream.address}:${upstream.port}`,
      enabled: true,
    }));
    return `${JSON.stringify(proxies, null, 2)}\n`;
  }
}
