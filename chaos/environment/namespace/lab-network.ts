import { execFileSync } from "node:child_process";
import type { TopologyNode } from "../../../stacks/topology.ts";
import { NetlinkShell } from "../netlink-shell.ts";

/** Name of the bridge inside the lab's own namespace. */
const BRIDGE = "br0";
/** Name of a node's interface, seen from the node. */
const NODE_INTERFACE = "eth0";
/** Bridge port states of `bridge link set`: the node keeps its carrier in both. */
const PORT_DISABLED = 0;
const PORT_FORWARDING = 3;

/**
 * The lab's network: one bridge inside the lab's own network namespace and, for every node, a
 * network namespace with a veth pair into it. On the machine's own bridge, Docker's packet filter
 * would silently eat frames between nodes.
 */
export class LabNetwork {
  /** By node. */
  readonly #ports: Map<string, string>;
  #portsMade: number;
  readonly #ip: NetlinkShell;
  readonly #bridge: NetlinkShell;

  private constructor(ports: Map<string, string>) {
    this.#ports = ports;
    this.#portsMade = ports.size;
    this.#ip = new NetlinkShell("ip");
    this.#bridge = new NetlinkShell("bridge");
  }

  /** Builds bridge, namespaces and links for these nodes; they have no addresses yet. */
  static build(nodes: readonly TopologyNode[]): LabNetwork {
    execFileSync("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"]);
    execFileSync("mkdir", ["-p", "/run/netns"]);
    const ports = new Map(nodes.map((node, index) => [node.id, `port${index}`]));
    ipBatch([
      "link set lo up",
      `link add ${BRIDGE} type bridge stp_state 0 mcast_snooping 0`,
      `link set ${BRIDGE} up`,
      ...nodes.flatMap((node) => attachCommands(node, ports.get(node.id) ?? "")),
    ]);
    return new LabNetwork(ports);
  }

  /**
   * Addresses and interfaces of these nodes, each in its own namespace, side by side. They are there
   * before anything runs on the nodes, so that a node which is not up yet refuses and is not silent.
   */
  configure(nodes: readonly TopologyNode[]): void {
    const commands = nodes.map(({ id, address, prefixLength }) => {
      const lines = [
        "link set lo up",
        `address add ${address}/${prefixLength} dev ${NODE_INTERFACE}`,
        `link set ${NODE_INTERFACE} up`,
      ];
      return `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} | ip -n ${id} -batch - &`;
    });
    execFileSync("sh", ["-e", "-c", `${commands.join("\n")}\nwait`], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  }

  /** Gives a node that starts again a new namespace and link; the MAC address stays, so that peers find it at once. */
  async attachAgain(node: TopologyNode): Promise<void> {
    // Deleting the namespace deletes its end of the pair only once its last process is gone.
    await this.#ip.run(`link delete ${this.#portOf(node.id)}`, BRIDGE).catch(() => undefined);
    await this.#ip.run(`netns delete ${node.id}`, BRIDGE).catch(() => undefined);
    // A name of its own: the programs that stay remember which number a name had.
    const port = `port${this.#portsMade}`;
    this.#portsMade += 1;
    this.#ports.set(node.id, port);
    for (const command of attachCommands(node, port)) await this.#ip.run(command, BRIDGE);
    this.configure([node]);
  }

  /** Cuts a node off or connects it again. The node's own carrier stays up either way. */
  async setLink(nodeId: string, connected: boolean): Promise<void> {
    const state = connected ? PORT_FORWARDING : PORT_DISABLED;
    const port = this.#portOf(nodeId);
    await this.#bridge.run(`link set dev ${port} state ${state}`, port);
  }

  /** Whether frames reach a node. */
  async connected(nodeId: string): Promise<boolean> {
    return (await this.#bridge.run(null, this.#portOf(nodeId))).includes(" state forwarding ");
  }

  close(): void {
    this.#ip.close();
    this.#bridge.close();
  }

  #portOf(nodeId: string): string {
    const port = this.#ports.get(nodeId);
    if (port === undefined) throw new RangeError(`No node ${nodeId} in this lab.`);
    return port;
  }
}

/**
 * A locally administered MAC address that follows from the IPv4 address. With random ones a
 * restarted node stays unreachable for peers that remember its old one.
 */
export function macOf(address: string): string {
  const octets = address.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"));
  return ["02", "00", ...octets].join(":");
}

function attachCommands(node: TopologyNode, port: string): string[] {
  return [
    `netns add ${node.id}`,
    `link add ${port} type veth peer name ${NODE_INTERFACE} netns ${node.id} address ${macOf(node.address)}`,
    `link set ${port} master ${BRIDGE}`,
    `link set ${port} up`,
  ];
}

function ipBatch(commands: readonly string[]): void {
  execFileSync("ip", ["-batch", "-"], {
    input: `${commands.join("\n")}\n`,
    stdio: ["pipe", "ignore", "pipe"],
  });
}
