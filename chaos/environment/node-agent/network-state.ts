import { execFileSync } from "node:child_process";

/**
 * What of a node's network is set before its processes start: commands that act once, and whose
 * effect the kernel keeps.
 */

/** Adds addresses to the loopback interface. @throws Error with what `ip` said */
export function addLoopbackAddresses(addresses: readonly string[]): void {
  for (const address of addresses) {
    execFileSync("ip", ["address", "replace", address, "dev", "lo"]);
  }
}

/**
 * Loads nftables rulesets.
 *
 * @param paths of the files that hold them
 * @throws Error that names the ruleset, what was wrong, and what to do
 */
export function loadPacketFilters(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      execFileSync("nft", ["--file", path], { stdio: ["ignore", "ignore", "pipe"] });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message.trim() : String(cause);
      throw new Error(
        `the ruleset ${path} cannot be loaded: ${why}\nRun "npx evenkeel doctor" to see what nftables lacks here, or declare the pair with a plain handover.`,
        { cause },
      );
    }
  }
}

/** Takes an address with its prefix length, as `198.18.7.10/24`, off an interface that may have it. */
export function removeAddress(address: string, networkInterface: string): void {
  try {
    execFileSync("ip", ["address", "delete", address, "dev", networkInterface], {
      stdio: "ignore",
    });
  } catch {
    // It was not there: keepalived removed it itself, or was not its owner.
  }
}
