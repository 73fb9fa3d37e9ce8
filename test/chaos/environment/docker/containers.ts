import Docker from "dockerode";
import { DockerEnvironment } from "../../../../chaos/environment/docker/docker-environment.ts";
import type { Deployment } from "../../../../chaos/environment/environment.ts";
import { Engine } from "../../../../chaos/environment/docker/engine.ts";
import { HAND_LABEL } from "../../../../chaos/environment/docker/hand-client.ts";
import {
  IMAGE_NAMES,
  LABELS,
  parseTopology,
  topologyLabels,
  type Topology,
  type TopologyNode,
} from "../../../../stacks/topology.ts";
import { allProcesses } from "../namespace/lab-processes.ts";
import { readlinkSync } from "node:fs";

const IMAGE = IMAGE_NAMES.node;

/** The engine that tests use, and why they cannot when they cannot. */
export async function engineUnderTest(): Promise<{ docker: Docker; missing: string | null }> {
  const docker = new Docker();
  try {
    await docker.getImage(IMAGE).inspect();
    return { docker, missing: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { docker, missing: `${why}. Run "npm run setup -- --for docker".` };
  }
}

/** The topology with other addresses: an engine on which one is deployed has its network already. */
export function elsewhere(topology: Topology): Topology {
  return parseTopology(JSON.parse(JSON.stringify(topology).replaceAll("198.18.7.", "198.18.200.")));
}

/** What the nodes are that their own image starts. */
export interface OwnImage {
  readonly image: string;
  readonly command: readonly string[];
}

/** Makes containers of a topology, as plainly as its manifest allows. Whatever fails, none stays. */
export async function makeContainers(
  docker: Docker,
  topology: Topology,
  own: OwnImage = { image: IMAGE, command: ["evenkeel-agent"] },
): Promise<void> {
  const network = await docker.createNetwork({
    Name: `evenkeel-${topology.id}`,
    Driver: "bridge",
    CheckDuplicate: true,
    IPAM: { Config: [{ Subnet: topology.subnet }] },
    Labels: { [LABELS.topology]: topology.id },
  });
  const made = await Promise.all(
    topology.nodes.map((node) =>
      docker.createContainer({
        name: `${topology.id}-${node.id}`,
        // The others' programs are on every image.
        Image: imageOf(node, own),
        Cmd: node.startedBy === "image" ? [...own.command] : ["evenkeel-agent"],
        Env: [`EVENKEEL_NODE=${Buffer.from(JSON.stringify(node)).toString("base64")}`],
        Labels: { ...topologyLabels(topology, node) },
        HostConfig: {
          Init: true,
          CapDrop: ["ALL"],
          CapAdd: node.capabilities,
          ReadonlyRootfs: true,
          Tmpfs: { "/run": "size=64m", "/tmp": "size=32m" },
          NetworkMode: network.id,
        },
        NetworkingConfig: {
          EndpointsConfig: {
            [network.id]: { IPAMConfig: { IPv4Address: node.address }, Aliases: [node.id] },
          },
        },
      }),
    ),
  );
  await Promise.all(made.map((container) => container.start()));
}

function imageOf({ role, startedBy }: TopologyNode, own: OwnImage): string {
  if (startedBy === "image") return own.image;
  return role === "fault-proxy" ? IMAGE_NAMES.toxiproxy : IMAGE;
}

/** Removes every container and network that carries a topology's label. */
export async function removeContainers(docker: Docker, topologyId: string): Promise<void> {
  const filters = { label: [`${LABELS.topology}=${topologyId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(
    containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })),
  );
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()));
}

/** Makes containers of a topology and joins them; letting go of it removes them. */
export async function deployContainers(
  docker: Docker,
  topology: Topology,
  signal?: AbortSignal,
  own?: OwnImage,
): Promise<Deployment> {
  signal?.throwIfAborted();
  await removeContainers(docker, topology.id);
  try {
    await makeContainers(docker, topology, own);
    const environment = new DockerEnvironment({ engine: new Engine(docker) });
    const deployment = await environment.attach(topology.id, signal);
    const letGo = deployment[Symbol.asyncDispose].bind(deployment);
    let disposed: PromiseLike<void> | undefined;
    deployment[Symbol.asyncDispose] = () => {
      disposed ??= Promise.resolve(letGo()).then(() => removeContainers(docker, topology.id));
      return disposed;
    };
    return deployment;
  } catch (error) {
    await removeContainers(docker, topology.id);
    throw error;
  }
}

/** Containers and networks of a topology, helpers included, and every process in those containers. */
export async function leftovers(docker: Docker, topologyId: string): Promise<readonly string[]> {
  const containers = await docker.listContainers({ all: true });
  const ours = containers.filter(({ Labels }) =>
    [LABELS.topology, HAND_LABEL].some((label) => Labels[label] === topologyId),
  );
  const networks = await docker.listNetworks({
    filters: { label: [`${LABELS.topology}=${topologyId}`] },
  });
  const namespaces = new Set<string>();
  for (const { Id } of ours) {
    const seen = await docker
      .getContainer(Id)
      .inspect()
      .catch(() => null);
    if (seen !== null && seen.State.Pid > 0) namespaces.add(namespaceOf(seen.State.Pid));
  }
  return [
    ...ours.map(({ Names }) => `container ${Names[0] ?? ""}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...allProcesses()
      .filter(({ pid }) => namespaces.has(namespaceOf(pid)))
      .map(({ pid, command }) => `${pid} ${command}`),
  ];
}

/** A helper shares the machine's own namespace, whose processes are not ours. */
function namespaceOf(pid: number): string {
  try {
    const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
    return namespace === readlinkSync("/proc/self/ns/pid") ? `own ${pid}` : namespace;
  } catch {
    return "ended";
  }
}
