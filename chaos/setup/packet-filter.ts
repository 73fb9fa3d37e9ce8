import { handoverRules } from "../../balancer/index.ts";
import type { Machine } from "./machine.ts";
import { UNSHARE_ARGV } from "./namespaces.ts";
import { lastLine } from "./program.ts";
import type { Finding } from "./requirement.ts";

/** What a pair's nodes load; the addresses are nobody's. */
const RULES = handoverRules({
  virtualAddress: "198.18.255.1",
  peer: "198.18.255.2",
  priority: 254,
  preempt: true,
  windowMs: 1_000,
}).replaceAll("{{interface}}", "lo");

/**
 * Loads the rules of a handover as a lab does: the program may be there, and a kernel that knows
 * what they need not.
 *
 * @param found what is known of the program, which is returned when it is not ready, or the kernel is
 */
export async function checkPacketFilter(machine: Machine, found: Finding): Promise<Finding> {
  if (found.state !== "ready") return found;
  const load = 'printf "%s" "$1" | nft --file -';
  const { code, output } = await machine.run([...UNSHARE_ARGV, "sh", "-c", load, "sh", RULES]);
  if (code === 0) return found;
  // What nft says first is the reason; below it stands the rule.
  const reason = output.split("\n").find((line) => line.includes("Error: "));
  return {
    ...found,
    state: "broken",
    problem: `inside a user namespace the kernel refused a ruleset: ${lastLine(reason ?? output)}`,
    next: "Load the kernel's drivers: `sudo modprobe -a nf_tables nft_socket nft_dup_ipv4`.",
  };
}
