import type { Fault } from "../faults/fault.ts";
import { faultByPacketRules } from "../faults/packets/packet-rules.ts";
import type { Target } from "../faults/target.ts";

/**
 * Dose 0: packet rules are in force as with any loss, and drop only a protocol that nobody speaks. What
 * moves the address now is no effect of a dose.
 *
 * @see RFC 3692 §2.1, protocol number 253 for experiments
 */
export function placebo(target: Target): Fault {
  return faultByPacketRules(target, {
    kind: "placebo",
    title: "packet rules that drop nothing on",
    arriving: () => ["ip protocol 253"],
    leaving: () => ["ip protocol 253"],
  });
}
