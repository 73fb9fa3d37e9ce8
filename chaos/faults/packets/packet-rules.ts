import type { Topology } from "../../../stacks/topology.ts";
import type { Fault, Verification } from "../fault.ts";
import { faultByCommand } from "../command/command-fault.ts";
import type { Command } from "../command/protocol.ts";
import { nextNumber } from "../next-number.ts";
import type { Target } from "../target.ts";

/** What becomes of packets between a node and its network, by nftables. Loopback is left alone. */
export interface PacketRules {
  /** A stable name: `drop-port`. */
  readonly kind: string;
  /** What happens, for people; the target follows. */
  readonly title: string;
  /** Checks what it names beside its target. */
  readonly check?: (topology: Topology) => void;
  /** Which packets that arrive are dropped, one nftables expression each: `tcp dport 80`. */
  readonly arriving: (topology: Topology) => readonly string[];
  /** Which packets that leave are dropped. */
  readonly leaving: (topology: Topology) => readonly string[];
  /**
   * Whether a packet must have been dropped to prove it; there can be one such fault on a node, because
   * another would be given no packet. @default false: that the rules are in force does
   */
  readonly mustDrop?: boolean;
}

/** Between looks at the counters. */
const LOOK_EVERY_MS = 20;
/** How long the first packet may take that must be dropped. */
const FIRST_PACKET_MS = 3_000;

const CAN: { readonly command: Command; readonly next: string } = {
  command: { argv: ["nft", "list", "tables"] },
  next: "It needs nftables, in the kernel and on the node: see `npx evenkeel doctor`.",
};

/** A fault that drops packets of a node. */
export function faultByPacketRules(target: Target, rules: PacketRules): Fault {
  const table = `inet evenkeel_${rules.kind.replaceAll("-", "_")}_${nextNumber()}`;
  return faultByCommand(target, {
    kind: rules.kind,
    title: rules.title,
    undoTitle: "remove the packet rules of",
    ...(rules.check === undefined ? {} : { check: rules.check }),
    holds: rules.mustDrop === true ? rules.kind : table,
    rights: { networkAdmin: true },
    can: CAN,
    act: (topology) => ({
      argv: ["nft", "-f", "-"],
      input: rulesetOf(table, rules.arriving(topology), rules.leaving(topology)),
    }),
    // Made first, so that there is one to delete.
    undo: { argv: ["nft", "-f", "-"], input: `add table ${table}\ndelete table ${table}\n` },
    verify: async ({ look, id }): Promise<Verification> => {
      const end = performance.now() + (rules.mustDrop === true ? FIRST_PACKET_MS : 0);
      for (;;) {
        const { code, output } = await look({
          argv: ["nft", "list", "table", ...table.split(" ")],
        });
        const dropped = droppedIn(output);
        if (code !== 0) return { active: false, evidence: `${id}: its rules are not there` };
        const isProven = dropped > 0 || rules.mustDrop !== true;
        if (isProven || performance.now() >= end) {
          return { active: isProven, evidence: `${id}: its rules dropped ${dropped} packets` };
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
  });
}

function rulesetOf(table: string, arriving: readonly string[], leaving: readonly string[]): string {
  const chains = [
    // Before whatever else looks at packets: what is lost on the way, nobody sees.
    ["arriving", "hook prerouting priority -500", "iifname", arriving],
    ["leaving", "hook postrouting priority 500", "oifname", leaving],
  ] as const;
  return chains
    .filter(([, , , expressions]) => expressions.length > 0)
    .flatMap(([name, hook, device, expressions]) => [
      `add table ${table}`,
      `add chain ${table} ${name} { type filter ${hook}; }`,
      ...expressions.map(
        (one) => `add rule ${table} ${name} ${device} != "lo" ${one} counter drop`,
      ),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function droppedIn(listed: string): number {
  return [...listed.matchAll(/counter packets (\d+)/g)].reduce(
    (sum, [, packets]) => sum + Number(packets),
    0,
  );
}
