import { faultByCommand } from "./command/command-fault.ts";
import type { Fault } from "./fault.ts";
import type { Target } from "./target.ts";

/** What carries bytes, one way at least. */
const OPEN = ["established", "close-wait", "fin-wait-1", "fin-wait-2"] as const;

/**
 * Every open TCP connection of a node to or from a port is reset at once, at both ends; new ones are not.
 * There is nothing to heal. The node's kernel does it (`ss --kill`), so the other ends hear a reset.
 */
export function resetConnections(target: Target, { port }: { readonly port: number }): Fault {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RangeError(`resetConnections: port is ${port}. Use a whole number from 1 to 65535.`);
  }
  const states = OPEN.flatMap((state) => ["state", state]);
  const matching = [...states, `( sport = :${port} or dport = :${port} )`];
  const open = ["ss", "-H", "-t", "-n", ...matching];
  return faultByCommand(target, {
    kind: "reset-connections",
    title: `reset of the connections of port ${port} on`,
    undoTitle: "",
    rights: { networkAdmin: true },
    can: {
      command: { argv: open },
      next: "It needs `ss` of iproute2 on the node.",
    },
    act: () => ({ argv: ["ss", "-K", ...open.slice(1)] }),
    undo: null,
    verify: ({ acted, id }) => {
      // It prints those that it has closed. A kernel that cannot close any prints none.
      const reset = acted.output.split("\n").filter((line) => line.includes(`:${port}`)).length;
      return Promise.resolve({
        active: reset > 0,
        evidence: `${id}: ${reset} connections of port ${port} were reset`,
      });
    },
  });
}
