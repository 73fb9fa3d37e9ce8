import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join, relative } from "node:path";
import { LABELS, leasesIn, leaseState, bootIdOfThisMachine } from "../../stacks/topology.ts";
import type { Topology } from "../../stacks/topology.ts";
import type { ListedContainer, ListedNetwork } from "../environment/docker/engine.ts";

/** What is on the engine and on this machine that a deployment could collide with. */
export interface Surroundings {
  readonly containers: readonly ListedContainer[];
  readonly networks: readonly ListedNetwork[];
  /** Ids of the containers that Terraform's state of this topology knows. */
  readonly knownToTerraform: ReadonlySet<string>;
  /** Where that state is, as a reader finds it. */
  readonly statePath: string;
  /** Addresses of this machine's interfaces, each with the network that it is in. */
  readonly addresses: readonly { readonly interfaceName: string; readonly cidr: string }[];
  /** Whether 127.0.0.1 answers to nobody at a port. */
  readonly isPortFree: (port: number) => Promise<boolean>;
}

/**
 * Everything that would make a deployment fail halfway, or hurt what is not its own, each with the next
 * step. Empty when it can begin.
 */
export async function collisions(
  topology: Topology,
  around: Surroundings,
): Promise<readonly string[]> {
  return [
    ...names(topology, around),
    ...strangers(topology, around),
    ...subnets(topology, around),
    ...(await ports(topology, around)),
  ];
}

/** Containers that carry a name of ours and not our label are somebody else's. */
function names({ id, nodes }: Topology, { containers }: Surroundings): string[] {
  const wanted = new Set(nodes.map((node) => `${id}-${node.id}`));
  return containers
    .filter(({ name, labels }) => wanted.has(name) && labels[LABELS.topology] !== id)
    .map(
      ({ name }) =>
        `There is a container ${name} that evenkeel has not made. Rename or remove it, or give the topology another id.`,
    );
}

/** Containers of this topology that another state made. */
function strangers({ id }: Topology, around: Surroundings): string[] {
  const unknown = around.containers.filter(
    (one) => one.labels[LABELS.topology] === id && !around.knownToTerraform.has(one.id),
  );
  if (unknown.length === 0) return [];
  return [
    `Containers of ${id} exist that ${around.statePath} does not know: ${unknown.map(({ name }) => name).join(", ")}. They were deployed from another checkout, or the state was lost. Destroy them there, or remove them with: npm run destroy -- ${id}`,
  ];
}

function subnets({ id, subnet }: Topology, around: Surroundings): string[] {
  const wanted = boundsOf(subnet);
  const foreign = around.networks.filter(({ labels }) => labels[LABELS.topology] !== id);
  const taken = foreign.flatMap(({ name, subnets: all }) =>
    all.filter((one) => overlap(boundsOf(one), wanted)).map((one) => `network ${name} has ${one}`),
  );
  const own = around.networks.filter(({ labels }) => labels[LABELS.topology] === id);
  // The bridges of the engine's networks are interfaces as well.
  const bridged = around.networks.flatMap((network) => network.subnets.map(boundsOf));
  const local = around.addresses.filter(({ cidr }) => {
    const bounds = boundsOf(cidr);
    return (
      own.length === 0 &&
      overlap(bounds, wanted) &&
      !bridged.some((one) => one.first === bounds.first && one.last === bounds.last)
    );
  });
  return [
    ...taken,
    ...local.map(({ interfaceName, cidr }) => `interface ${interfaceName} has ${cidr}`),
  ].map(
    (what) =>
      `The subnet ${subnet} of ${id} is in use: ${what}. Give the topology another \`subnet\`, or remove what has it.`,
  );
}

async function ports(topology: Topology, around: Surroundings): Promise<string[]> {
  const own = new Set(
    around.containers
      .filter(({ labels }) => labels[LABELS.topology] === topology.id)
      .flatMap(({ hostPorts }) => hostPorts),
  );
  const problems: string[] = [];
  for (const node of topology.nodes) {
    for (const { hostPort } of node.publishedPorts ?? []) {
      if (own.has(hostPort) || (await around.isPortFree(hostPort))) continue;
      const holder = around.containers.find(({ hostPorts }) => hostPorts.includes(hostPort));
      problems.push(
        `Port ${hostPort} of 127.0.0.1, which node ${node.id} is published at, is taken${holder === undefined ? "" : ` by container ${holder.name}`}. Publish the node at another \`hostPort\`, or end what has it.`,
      );
    }
  }
  return problems;
}

/** Why nothing may be deployed at present: somebody hurts what would be replaced. @param root the project's folder */
export function faultsInForce(root: string): readonly string[] {
  return leasesIn(root).flatMap(({ path, lease }) => {
    if (lease === undefined) return [`${path} holds no lease that can be read. Remove it.`];
    const { topology, runner } = lease;
    switch (leaseState(lease, process.hrtime.bigint(), bootIdOfThisMachine())) {
      case "over":
        return [];
      case "live":
        return [
          `Process ${runner.pid} is running an experiment on ${topology}, and Terraform would replace what it has stopped. Wait until it has ended.`,
        ];
      case "abandoned":
        return [
          `What was done to ${topology} has not been undone. Heal it: npx evenkeel heal ${topology}`,
        ];
    }
  });
}

/** Where Terraform's state of a topology is. */
export function statePathOf(root: string, topologyId: string): string {
  return join(root, ".evenkeel", "state", `${topologyId}.tfstate`);
}

/** Ids of the containers that Terraform's state of a topology knows; none without a state. */
export async function containersInState(path: string): Promise<ReadonlySet<string>> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  const { resources = [] } = JSON.parse(text) as {
    readonly resources?: readonly {
      readonly type: string;
      readonly instances: readonly { readonly attributes: { readonly id?: string } }[];
    }[];
  };
  return new Set(
    resources
      .filter(({ type }) => type === "docker_container")
      .flatMap(({ instances }) => instances.flatMap(({ attributes }) => attributes.id ?? [])),
  );
}

/** What there is on this machine. */
export async function surroundingsOf(
  root: string,
  topology: Topology,
  containers: readonly ListedContainer[],
  networks: readonly ListedNetwork[],
): Promise<Surroundings> {
  const statePath = statePathOf(root, topology.id);
  return {
    containers,
    networks,
    knownToTerraform: await containersInState(statePath),
    statePath: relative(process.cwd(), statePath),
    addresses: Object.entries(networkInterfaces()).flatMap(([interfaceName, infos = []]) =>
      infos.flatMap(({ cidr, family }) =>
        family === "IPv4" && cidr !== null ? [{ interfaceName, cidr }] : [],
      ),
    ),
    isPortFree,
  };
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

interface Bounds {
  readonly first: number;
  readonly last: number;
}

function boundsOf(cidr: string): Bounds {
  const [address = "", length = "32"] = cidr.split("/");
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(number / size) * size;
  return { first, last: first + size - 1 };
}

function overlap(a: Bounds, b: Bounds): boolean {
  return a.first <= b.last && b.first <= a.last;
}
