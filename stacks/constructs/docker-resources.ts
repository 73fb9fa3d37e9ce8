import { join, relative } from "node:path";
import type { Construct } from "constructs";
import {
  DataDockerImage,
  DockerContainer,
  DockerImage,
  DockerNetwork,
  DockerProvider,
  Lazy,
  LocalBackend,
  Token,
} from "../cdk.ts";
import type { TerraformStack } from "../cdk.ts";
import { addressOfNumber, dynamicRangeOf, networkOf } from "../ipv4.ts";
import { LABELS } from "../labels.ts";
import type { Topology, TopologyInput } from "../manifest.ts";
import type { ContainerImage } from "./container-image.ts";
import { containerConfig } from "./node-container.ts";
import type { ImageProgram, NodeProps } from "./node-container.ts";
import type { NodeReference } from "./node-reference.ts";
import { Size } from "./size.ts";

/** Releases of the provider that keep a second plan empty. */
const PROVIDER_VERSION = "~> 4.5";

const DEFAULT_MEMORY = Size.mebibytes(256);
/** Below it nothing of ours starts. */
const MINIMUM_MEMORY = Size.mebibytes(32);

export interface DockerResourcesProps {
  readonly topologyId: string;
  readonly subnet: string;
  /** Folder of the app's output. */
  readonly outdir: string;
  /** The manifest; undefined while it has problems, which are told elsewhere. */
  readonly topology: () => Topology | undefined;
}

type NodeInput = TopologyInput["nodes"][number];

/** A node as a container. */
export interface ContainerProps extends Pick<
  NodeProps,
  "memory" | "cpus" | "publish" | "environment"
> {
  readonly image: ContainerImage;
  /** Which of its construct's nodes it is: ports are published at as many places further. @default 0 */
  readonly index?: number;
  /** @default - the node agent runs what the manifest says */
  readonly program?: ImageProgram;
}

/** What a topology is on an engine: one network, and one container a node. */
export class DockerResources {
  readonly network: DockerNetwork;
  readonly #stack: TerraformStack;
  readonly #props: DockerResourcesProps;
  readonly #containers = new Map<string, DockerContainer>();
  readonly #settings = new Map<string, ContainerProps>();
  readonly #imageIds = new Map<string, string>();

  constructor(stack: TerraformStack, props: DockerResourcesProps) {
    this.#stack = stack;
    this.#props = props;
    new DockerProvider(stack, "docker");
    // The bindings ask for the one release they were made from.
    stack.addOverride("terraform.required_providers.docker.version", PROVIDER_VERSION);
    new LocalBackend(stack, { path: statePath(props) });
    this.network = new DockerNetwork(stack, "network", networkConfig(props));
  }

  /** Containers by the ids of their nodes. */
  get containers(): ReadonlyMap<string, DockerContainer> {
    return this.#containers;
  }

  /** Makes the container of one node. */
  addContainer(scope: Construct, node: NodeReference, props: ContainerProps): DockerContainer {
    const { topologyId, topology } = this.#props;
    const { memory = DEFAULT_MEMORY, cpus } = props;
    checkLimits(node, memory, cpus);
    this.#settings.set(node.id, props);
    const container = new DockerContainer(
      scope,
      `node-${node.id}`,
      containerConfig({
        node,
        topologyId,
        topology,
        imageId: this.#imageId(props.image),
        // Its id, not its name: a network that is replaced keeps its name, and its containers would stay.
        networkId: this.network.id,
        memoryMiB: memory.toMebibytes(),
        cpus,
        ports: publishedPorts(props),
        program: props.program,
        environment: props.environment ?? {},
      }),
    );
    const sysctls = () => {
      const { sysctls = {} } = topology()?.nodes.find(({ id }) => id === node.id) ?? {};
      return Object.keys(sysctls).length === 0 ? undefined : sysctls;
    };
    container.sysctls = Token.asStringMap(Lazy.anyValue({ produce: sysctls }));
    this.#containers.set(node.id, container);
    return container;
  }

  /** The manifest's nodes with what was said where their containers were made. */
  completed(nodes: readonly NodeInput[]): NodeInput[] {
    return nodes.map((node) => {
      const settings = this.#settings.get(node.id);
      if (settings === undefined) return node;
      const ports = publishedPorts(settings);
      return {
        ...node,
        ...(ports.length === 0 ? {} : { publishedPorts: ports }),
        ...(settings.environment === undefined || node.processes === undefined
          ? {}
          : {
              processes: node.processes.map((process) => ({
                ...process,
                env: { ...settings.environment, ...process.env },
              })),
            }),
      };
    });
  }

  /** The id of an image, so that a rebuilt one makes new containers. */
  #imageId(image: ContainerImage): string {
    const known = this.#imageIds.get(image.name);
    if (known !== undefined) return known;
    // By its name: a number would change with what is declared before it.
    const id = `image-${image.name.replaceAll(/[^A-Za-z0-9]+/g, "-")}`;
    const imageId = image.pulled
      ? new DockerImage(this.#stack, id, { name: image.name, keepLocally: true }).imageId
      : new DataDockerImage(this.#stack, id, { name: image.name }).id;
    this.#imageIds.set(image.name, imageId);
    return imageId;
  }
}

/** @throws RangeError when an engine would refuse them */
function checkLimits({ id }: NodeReference, memory: Size, cpus: number | undefined): void {
  const mebibytes = memory.toMebibytes();
  if (!Number.isInteger(mebibytes) || mebibytes < MINIMUM_MEMORY.toMebibytes()) {
    throw new RangeError(
      `${id} cannot have ${memory.toString()} of memory. Give it whole mebibytes, from ${MINIMUM_MEMORY.toString()}: Size.mebibytes(256).`,
    );
  }
  if (cpus !== undefined && !(cpus >= 0.01)) {
    throw new RangeError(
      `${id} cannot have ${cpus} processors. Give it a part or more, such as 0.5.`,
    );
  }
}

/** The ports of one node, which lead to a place of their own each. */
function publishedPorts({ publish = [], index = 0 }: ContainerProps) {
  return publish.map(({ port, hostPort }) => ({ port, hostPort: hostPort + index }));
}

function networkConfig({ topologyId, subnet, topology }: DockerResourcesProps) {
  const network = networkOf(subnet);
  const range = dynamicRangeOf(network);
  return {
    name: `evenkeel-${topologyId}`,
    driver: "bridge",
    ipamConfig: [
      {
        subnet,
        // Written out, or the engine's later answer would differ.
        gateway: addressOfNumber(network.first + 1),
        ipRange: `${addressOfNumber(range.first)}/${range.prefixLength}`,
        auxAddress: Token.asStringMap(Lazy.anyValue({ produce: () => reserved(topology()) })),
      },
    ],
    labels: [{ label: LABELS.topology, value: topologyId }],
    // A topology talks to itself alone. An engine that translates addresses has been seen to do so
    // between containers while they started, and a translated VRRP advert is refused by its peer:
    // two owners of one address.
    options: { "com.docker.network.bridge.enable_ip_masquerade": "false" },
    // Some engines add options of their own.
    lifecycle: { ignoreChanges: ["options"] },
  };
}

/** Addresses that the engine must give to nobody, since they are no container's own. */
function reserved(topology: Topology | undefined): Readonly<Record<string, string>> {
  const floating = topology?.virtualAddress;
  const fixed = (topology?.nodes ?? []).flatMap(({ id, extraAddresses }) =>
    extraAddresses.map((cidr, index) => [`${id}-${index + 1}`, cidr.split("/")[0] ?? ""] as const),
  );
  return Object.fromEntries([
    ...(floating === undefined ? [] : [["virtual", floating.address] as const]),
    ...fixed,
  ]);
}

/**
 * Where Terraform keeps what it knows, as seen from the folder it runs in: the same file from
 * wherever the command was started, and no path of this machine in what is synthesized.
 */
function statePath({ topologyId, outdir }: DockerResourcesProps): string {
  const folder = join(import.meta.dirname, "..", "..", ".evenkeel", "state");
  return relative(join(outdir, "stacks", topologyId), join(folder, `${topologyId}.tfstate`));
}
