import { faultByCommand } from "./command/command-fault.ts";
import type { Command } from "./command/protocol.ts";
import type { Fault } from "./fault.ts";
import type { Target } from "./target.ts";

/** Interface of a node to its network, in every environment. */
const INTERFACE = "eth0";

const shell = (script: string): Command => ({ argv: ["sh", "-c", script] });

/**
 * Every packet that a node sends is delayed, handshakes too, other than by `delayLink`. It needs the
 * kernel's netem, which few kernels for containers have; where it is missing, preparing it says so.
 */
export function delayPackets(
  target: Target,
  options: { readonly delayMs: number; readonly jitterMs?: number },
): Fault {
  const { delayMs, jitterMs = 0 } = options;
  if (!(delayMs > 0 && Number.isFinite(delayMs) && jitterMs >= 0 && jitterMs <= delayMs)) {
    throw new RangeError(
      `delayPackets: delayMs is ${delayMs}, jitterMs ${jitterMs}. Use a number above 0, and one from 0 to delayMs.`,
    );
  }
  const jitter = jitterMs === 0 ? "" : ` ${jitterMs}ms`;
  return faultByCommand(target, {
    kind: "delay-packets",
    title: `delay of ${delayMs}${jitterMs === 0 ? "" : ` ± ${jitterMs}`} ms of the packets of`,
    undoTitle: "remove the delay of",
    // An interface has one root queue.
    holds: "packet queue",
    rights: { networkAdmin: true },
    can: {
      // On an interface that nothing needs.
      command: shell("tc qdisc add dev lo root netem delay 1ms && tc qdisc del dev lo root"),
      next: "The kernel needs the module sch_netem: `modprobe sch_netem` as root, if it has it.",
    },
    act: () => ({
      argv: `tc qdisc add dev ${INTERFACE} root netem delay ${delayMs}ms${jitter}`.split(" "),
    }),
    undo: shell(
      `if tc qdisc show dev ${INTERFACE} | grep -q netem; then tc qdisc del dev ${INTERFACE} root; fi`,
    ),
    verify: async ({ look, id }) => {
      const { output } = await look({ argv: ["tc", "qdisc", "show", "dev", INTERFACE] });
      const told = output.trim().split("\n")[0] ?? "";
      return { active: /netem .*delay/.test(told), evidence: `${id}: ${told}` };
    },
  });
}
