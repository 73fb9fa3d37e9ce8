import { nodeOf, type Topology, type TopologyNode } from "../../../stacks/topology.ts";
import { FaultError } from "../fault.ts";

/** Where the sample application of a node is reached, from inside that node. */
export interface ApplicationPlace {
  /** Its control socket. */
  readonly socket: string;
  readonly port: number;
}

/**
 * The sample application of a node, by the arguments that it is started with.
 *
 * @throws UnknownName without such a node, FaultError when it cannot be told how to behave
 */
export function applicationOf(topology: Topology, nodeId: string): ApplicationPlace {
  const place = tryApplicationOf(nodeOf(topology, nodeId));
  if (place !== undefined) return place;
  throw new FaultError(
    `Node ${nodeId} runs no sample application that can be told how to behave`,
    "Use a backend of a `BackendPool` without a program of its own.",
  );
}

/** The same, undefined when there is none. */
export function tryApplicationOf({ processes }: TopologyNode): ApplicationPlace | undefined {
  for (const { argv } of processes) {
    const [program, ...rest] = argv;
    const socket = valueOf(rest, "control");
    const port = Number(valueOf(rest, "port") ?? "8080");
    if (program === "evenkeel-backend" && socket !== undefined) return { socket, port };
  }
  return undefined;
}

/** The value of `--flag=value` or `--flag value`. */
function valueOf(args: readonly string[], flag: string): string | undefined {
  const prefix = `--${flag}=`;
  const joined = args.find((arg) => arg.startsWith(prefix));
  if (joined !== undefined) return joined.slice(prefix.length);
  const at = args.indexOf(`--${flag}`);
  return at < 0 ? undefined : args[at + 1];
}
