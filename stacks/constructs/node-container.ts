import type { DockerContainerConfig } from "../cdk.ts";
import { Lazy, literally } from "../cdk.ts";
import { topologyLabels } from "../labels.ts";
import type { Topology, TopologyNode } from "../manifest.ts";
import type { ContainerImage } from "./container-image.ts";
import type { NodeReference } from "./node-reference.ts";
import type { Size } from "./size.ts";

/** Settings of a construct's nodes; all but the variables matter only where they are containers. */
export interface NodeProps {
  /** Image of each container. @default - the project's own, which `npm run images` builds */
  readonly image?: ContainerImage;
  /** Memory that each container may use; swap is not added to it. @default Size.mebibytes(256) */
  readonly memory?: Size;
  /** Processors that each container may use, such as 0.5. @default - as many as there are */
  readonly cpus?: number;
  /** Variables of what starts on each node by itself. @default {} */
  readonly environment?: Readonly<Record<string, string>>;
  /** Ports of each node that this machine's loopback address answers for as well. @default [] */
  readonly publish?: readonly PublishedPort[];
}

/** A port on 127.0.0.1 that leads into a node. */
export interface PublishedPort {
  /** The node's port. */
  readonly port: number;
  /** The port on 127.0.0.1; of several nodes, the second gets the next one, and so on. */
  readonly hostPort: number;
}

/** One container to be. */
export interface NodeContainerProps {
  readonly node: NodeReference;
  readonly topologyId: string;
  /** The engine's id of the image, known when it is planned. */
  readonly imageId: string;
  /** The engine's id of the network, known when it is planned. */
  readonly networkId: string;
  readonly memoryMiB: number;
  readonly cpus: number | undefined;
  readonly ports: readonly PublishedPort[];
  /** The image's own program; undefined: the node agent runs, which reads all else from the manifest. */
  readonly program: ImageProgram | undefined;
  /** Variables of the image's own program. */
  readonly environment: Readonly<Record<string, string>>;
  /** The manifest; undefined while it has problems, which are told elsewhere. */
  readonly topology: () => Topology | undefined;
}

/** How an image's own program serves. */
export interface ImageProgram {
  /** The port it serves. @default 8080 */
  readonly port?: number;
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** Whether it needs to write outside of /run and /tmp. @default false */
  readonly writableRoot?: boolean;
}

/** Carries the node's manifest entry to the node agent, as base64 JSON. */
const ENTRY_VARIABLE = "EVENKEEL_NODE";

/** Names the file that the node agent keeps while all of the node runs. */
const READY_FILE_VARIABLE = "EVENKEEL_READY_FILE";
const READY_FILE = "/run/evenkeel/ready";

/**
 * Time that anything may take to become ready in a container, at least: an engine starts them in
 * any order, and each waits for others.
 */
const PATIENCE_MS = 60_000;

/** Attributes of every container. None may be left to an engine's defaults, or each plan would differ. */
export function containerConfig(props: NodeContainerProps): DockerContainerConfig {
  const { node, topologyId } = props;
  const entry = (): TopologyNode | undefined =>
    props.topology()?.nodes.find(({ id }) => id === node.id);
  return {
    name: `${topologyId}-${node.id}`,
    hostname: node.id,
    image: props.imageId,
    ...program(props, entry),
    // An experiment decides when a node comes back, and nobody else.
    restart: "no",
    mustRun: true,
    init: true,
    // Without a grace period of its own the provider destroys by SIGKILL.
    destroyGraceSeconds: 10,
    stopSignal: "SIGTERM",
    stopTimeout: 10,
    networksAdvanced: [{ name: props.networkId, ipv4Address: node.address, aliases: [node.id] }],
    ...(props.ports.length === 0
      ? {}
      : {
          ports: props.ports.map(({ port, hostPort }) => ({
            internal: port,
            external: hostPort,
            ip: "127.0.0.1",
            protocol: "tcp",
          })),
        }),
    // With the prefix, which is how an engine tells them back.
    capabilities: {
      drop: ["ALL"],
      add: Lazy.listValue(
        { produce: () => [...(entry()?.capabilities ?? [])] },
        { omitEmpty: true },
      ),
    },
    securityOpts: ["no-new-privileges:true"],
    readOnly: props.program?.writableRoot !== true,
    tmpfs: { "/run": "rw,nosuid,nodev,size=64m", "/tmp": "rw,nosuid,nodev,size=32m" },
    memory: props.memoryMiB,
    memorySwap: props.memoryMiB,
    ...(props.cpus === undefined ? {} : { cpus: String(props.cpus) }),
    ulimit: [{ name: "nproc", soft: 1_024, hard: 1_024 }],
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    labels: Lazy.anyValue({
      produce: () => {
        const topology = props.topology();
        const labelled = entry();
        if (topology === undefined || labelled === undefined) return [];
        return Object.entries(topologyLabels(topology, labelled)).map(([label, value]) => ({
          label,
          value: literally(value),
        }));
      },
    }),
    lifecycle: {
      // An engine adds to the first two, and may lower the third.
      ignoreChanges: ["memory_swap", "log_opts", "ulimit"],
    },
  };
}

/** What runs in the container, and how it is seen to be well. */
function program(
  { program: own, environment }: NodeContainerProps,
  entry: () => TopologyNode | undefined,
): Pick<DockerContainerConfig, "command" | "env" | "healthcheck"> {
  if (own !== undefined) {
    const { command } = own;
    const env = Object.entries(environment).map(([name, value]) => literally(`${name}=${value}`));
    return {
      ...(command === undefined ? {} : { command: command.map(literally) }),
      ...(env.length === 0 ? {} : { env }),
    };
  }
  return {
    command: ["evenkeel-agent"],
    env: Lazy.listValue({
      produce: () => {
        const node = entry();
        if (node === undefined) return [];
        return [
          `${ENTRY_VARIABLE}=${encoded(patient(node))}`,
          `${READY_FILE_VARIABLE}=${READY_FILE}`,
        ];
      },
    }),
    // As cheap as a check can be: each starts a process in the container, and noise spoils
    // measurements.
    healthcheck: {
      test: ["CMD", "test", "-e", READY_FILE],
      // Durations as Go writes them, or each plan would differ.
      interval: "10s",
      timeout: "2s",
      startPeriod: "10s",
      retries: 3,
    },
  };
}

function encoded(node: TopologyNode): string {
  return Buffer.from(JSON.stringify(node)).toString("base64");
}

/** The entry with deadlines that fit containers. */
function patient(node: TopologyNode): TopologyNode {
  const atLeast = (deadlineMs: number) => Math.max(deadlineMs, PATIENCE_MS);
  return {
    ...node,
    processes: node.processes.map((process) => ({
      ...process,
      readiness: { ...process.readiness, deadlineMs: atLeast(process.readiness.deadlineMs) },
    })),
    reaches: node.reaches.map((target) => ({
      ...target,
      deadlineMs: atLeast(target.deadlineMs),
    })),
  };
}
