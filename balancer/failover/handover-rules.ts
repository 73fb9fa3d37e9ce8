import { z } from "zod";
import { InvalidDocument, problemsOf } from "../errors.ts";

/** What one balancer of a pair is to be told, so that it lets its peer finish what it has open. */
export interface HandoverInput {
  /** The floating address. */
  readonly virtualAddress: string;
  /** Address of the other balancer. */
  readonly peer: string;
  /** This node's in VRRP, 1 to 254. */
  readonly priority: number;
  /** Whether this node takes the address from a peer of lower priority. */
  readonly preempt: boolean;
  /** How long the peer may take to finish; longer than its drain. 1 to 1,000,000,000. */
  readonly windowMs: number;
}

/** Stands for the name of the interface that carries the node's address; the node knows it. */
const INTERFACE = "{{interface}}";
/** A handshake is over by then; what it began has a socket, and needs no entry any more. */
const HANDSHAKE_SECONDS = 5;
/** About 13,000 new connections a second. Memory is taken only as entries come. */
const HANDSHAKES = 65_536;

const address = z.ipv4("is not an IPv4 address | Write it like 198.18.7.10.");
const inputSchema = z
  .strictObject({
    virtualAddress: address,
    peer: address,
    priority: z.int().min(1).max(254),
    preempt: z.boolean(),
    windowMs: z.number().min(1).max(1_000_000_000),
  })
  .refine(({ virtualAddress, peer }) => virtualAddress !== peer, {
    path: ["peer"],
    message: "is the floating address | Give the address of the other balancer itself.",
  });

/**
 * The text of an nftables ruleset: what arrives here for a connection that the peer has open is
 * passed on to the peer, when the peer has given the floating address away alive. `{{interface}}`
 * stands for the name of the interface; replace it on the node.
 *
 * ```
 * peer's advert of priority 0 ──► window open ──any other advert of it, or time is up──► closed
 *
 * window open:  handshake, or connection of this node ──► here
 *               anything else to the floating address ──► peer
 * ```
 *
 * A peer of lower priority opens it with every advert where this node preempts: it is about to lose
 * the address to this node. A peer that dies has sent no such advert: this node's kernel resets what was open there, at once.
 * The peer needs the floating address on its loopback interface as well, or it could neither take
 * what is passed on nor answer from that address.
 *
 * @throws InvalidDocument with every problem at once
 * @see nft(8); RFC 9568 §5.2.4, priority 0: the master has stopped taking part
 */
export function handoverRules(input: HandoverInput): string {
  const checked = inputSchema.safeParse(input);
  if (!checked.success) {
    throw new InvalidDocument("The handover input", problemsOf(checked.error, input));
  }
  const { virtualAddress, peer, priority, preempt, windowMs } = input;
  // Its third octet is the priority.
  const gives = preempt ? `@th,16,8 < ${priority}` : "@th,16,8 0";
  const advert = `ip saddr ${peer} ip protocol 112`;
  const handshake = "tcp flags & (syn | ack) == syn";
  const lines = [
    // Loading it again replaces it.
    "table ip evenkeel_handover",
    "delete table ip evenkeel_handover",
    "table ip evenkeel_handover {",
    // Of interfaces, because a set wants a key that is in every packet.
    "  set window {",
    "    type iface_index",
    "    size 16",
    "    flags dynamic,timeout",
    `    timeout ${Math.ceil(windowMs / 1000)}s`,
    "  }",
    "  set handshakes {",
    "    type ipv4_addr . inet_service",
    `    size ${HANDSHAKES}`,
    "    flags dynamic,timeout",
    `    timeout ${HANDSHAKE_SECONDS}s`,
    "  }",
    "  chain arrivals {",
    // Before connection tracking, for which half of a connection would be invalid.
    "    type filter hook prerouting priority raw",
    "    policy accept",
    `    ${advert} ${gives} update @window { iif } accept`,
    // It is master again, and passes on what is ours: two open windows would pass it to and fro.
    `    ${advert} delete @window { iif } accept`,
    `    ip daddr ${virtualAddress} meta l4proto tcp iif @window jump second_chance`,
    "  }",
    "  chain second_chance {",
    `    ${handshake} add @handshakes { ip saddr . tcp sport } accept`,
    // The set is full. Who comes now matters more than who is still at the peer.
    `    ${handshake} delete @window { iif } accept`,
    // Until the last step of the handshake there is no socket that the next rule could find.
    "    ip saddr . tcp sport @handshakes accept",
    "    socket wildcard 0 accept",
    `    counter dup to ${peer} device "${INTERFACE}" drop`,
    "  }",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}
