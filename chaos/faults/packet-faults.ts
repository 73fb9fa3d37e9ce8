import { nodeOf } from "../../stacks/topology.ts";
import type { Fault } from "./fault.ts";
import { faultByPacketRules } from "./packets/packet-rules.ts";
import { cutOffTakesDown } from "./takes-down.ts";
import type { Target } from "./target.ts";

/**
 * What can happen to packets between a node and its network, by rules of the node's own packet filter.
 * Nobody is told that a packet was dropped: whoever waits for it sees silence.
 */

/** A port of a node is silent: what is sent to it vanishes, and so does what it answers. */
export function dropPort(
  target: Target,
  options: {
    readonly port: number;
    /** @default "tcp" */
    readonly protocol?: "tcp" | "udp";
  },
): Fault {
  const { port, protocol = "tcp" } = options;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RangeError(`dropPort: port is ${port}. Use a whole number from 1 to 65535.`);
  }
  return faultByPacketRules(target, {
    kind: "drop-port",
    title: `silence of ${protocol} port ${port} on`,
    arriving: () => [`${protocol} dport ${port}`],
    leaving: () => [`${protocol} sport ${port}`],
  });
}

/**
 * So many of the packets that a node receives, and of those that it sends, are lost, each by a throw of
 * the kernel's own dice, which no seed can repeat.
 *
 * @param options.share above 0, at most 1
 */
export function losePackets(target: Target, { share }: { readonly share: number }): Fault {
  if (!(share > 0 && share <= 1)) {
    throw new RangeError(`losePackets: share is ${share}. Use a number above 0, at most 1.`);
  }
  const expression = `numgen random mod 10000 <= ${Math.max(0, Math.round(share * 10_000) - 1)}`;
  return faultByPacketRules(target, {
    kind: "lose-packets",
    title: `loss of ${Number((share * 100).toFixed(2))} % of the packets of`,
    arriving: () => [expression],
    leaving: () => [expression],
  });
}

/**
 * A node and some others do not reach each other; all else goes on.
 *
 * @param others ids of nodes
 */
export function partition(target: Target, others: readonly string[]): Fault {
  if (others.length === 0) throw new RangeError("partition: it is from nobody. Name a node.");
  const cut = faultByPacketRules(target, {
    kind: "partition",
    title: `partition from ${others.join(", ")} of`,
    check: (topology) => others.forEach((id) => void nodeOf(topology, id)),
    arriving: (topology) => others.map((id) => `ip saddr ${nodeOf(topology, id).address}`),
    leaving: (topology) => others.map((id) => `ip daddr ${nodeOf(topology, id).address}`),
  });
  return { ...cut, takesDown: cutOffTakesDown(target, others) };
}

/**
 * A balancer hears no VRRP adverts, and everything else; its own are heard. A backup that is deaf takes
 * the floating address although its master is well.
 */
export function deafToVrrp(target: Target): Fault {
  return faultByPacketRules(target, {
    kind: "deaf-to-vrrp",
    title: "deafness to VRRP of",
    arriving: () => ["ip protocol 112"],
    leaving: () => [],
    mustDrop: true,
  });
}
