import { readdirSync, readFileSync } from "node:fs";
import { untilTime } from "../../at-time.ts";
import { NetlinkShell } from "../../netlink-shell.ts";
import {
  outerPidOf,
  pidNamespaceOf,
  processesIn,
  signalAll,
  stateOf,
  treeOf,
} from "../../process-tree.ts";
import { signalUntilSeen } from "../../signal-until-seen.ts";
import type { HandAction, HandFindings } from "./protocol.ts";

/** Bridge port states of `bridge link set`: the node keeps its carrier in both. */
const PORT_DISABLED = 0;
const PORT_FORWARDING = 3;
/** A try that the machine interrupted does not say how long the command takes. */
const EARLY_AT_MOST_NS = 1_500_000n;

/** When an action took effect, and what it saw. */
interface Effect {
  readonly from: bigint;
  readonly to: bigint;
  readonly findings: HandFindings;
}

/** What is done on the engine's machine at a given moment, through /proc and netlink. */
export class Hand {
  readonly #bridge = new NetlinkShell("bridge");

  /** @throws Error with what could not be done */
  async act(action: HandAction, atNs: bigint | null): Promise<Effect> {
    switch (action.kind) {
      case "find-port":
        return timed(() => ({ port: portOf(action.init) }));
      case "set-link": {
        const { port, connected } = action;
        const state = connected ? PORT_FORWARDING : PORT_DISABLED;
        await until(await this.#beforeCut(port, atNs));
        return timed(async () => {
          await this.#bridge.run(`link set dev ${port} state ${state}`, port);
          return {};
        });
      }
      case "inspect":
        return timed(() => ({ ...count(action.init), connected: isForwarding(action.port) }));
      case "kill": {
        // Looked up beforehand, so that at the moment itself only signals are sent.
        const [pids, within] = [membersOf(action.init), namespaceOf(action.init)];
        await until(atNs);
        return timed(() => {
          signalUntilSeen(action.node, pids, "SIGKILL", within);
          return {};
        });
      }
      case "signal-tree": {
        const pids = treeOf(outerOf(action));
        await until(atNs);
        return timed(() => {
          signalUntilSeen(action.node, pids, action.signal);
          return {};
        });
      }
      case "tell-process": {
        const pid = outerOf(action);
        await until(atNs);
        return timed(() => {
          signalAll([pid], action.signal);
          return {};
        });
      }
      case "wake": {
        const stopped = membersOf(action.init).filter((pid) => stateOf(pid) === "stopped");
        return timed(() => {
          signalUntilSeen(action.node, stopped, "SIGCONT");
          return {};
        });
      }
      case "signal-one":
        return timed(() => {
          signalAll([action.pid], action.signal);
          return {};
        });
    }
  }

  /**
   * When to give the command that cuts a link at a time: it takes effect about halfway between
   * command and answer, and how long that takes is tried right before.
   */
  async #beforeCut(port: string, atNs: bigint | null): Promise<bigint | null> {
    if (atNs === null) return null;
    const { from, to } = await timed(async () => {
      await this.#bridge.run(null, port);
      return {};
    });
    const halfNs = (to - from) / 2n;
    return atNs - (halfNs < EARLY_AT_MOST_NS ? halfNs : EARLY_AT_MOST_NS);
  }
}

async function until(atNs: bigint | null): Promise<void> {
  if (atNs !== null) await untilTime(atNs);
}

async function timed(act: () => HandFindings | Promise<HandFindings>): Promise<Effect> {
  const from = process.hrtime.bigint();
  const findings = await act();
  return { from, to: process.hrtime.bigint(), findings };
}

/** A process of a node by its number on this machine. */
function outerOf(action: {
  readonly node: string;
  readonly init: number;
  readonly innerPid: number;
}): number {
  const pid = outerPidOf(namespaceOf(action.init), action.innerPid);
  if (pid === undefined) throw new Error(`Node ${action.node}: the process has ended.`);
  return pid;
}

function namespaceOf(init: number): string {
  const namespace = pidNamespaceOf(init);
  if (namespace === undefined) throw new Error(`Process ${init} has ended.`);
  return namespace;
}

/** Every process of a node, its first one first. */
function membersOf(init: number): number[] {
  const all = processesIn(namespaceOf(init));
  return [init, ...all.filter((pid) => pid !== init)];
}

function count(init: number): { readonly running: number; readonly stopped: number } {
  const namespace = pidNamespaceOf(init);
  const states = namespace === undefined ? [] : processesIn(namespace).map(stateOf);
  return {
    running: states.filter((state) => state === "alive").length,
    stopped: states.filter((state) => state === "stopped").length,
  };
}

/**
 * The bridge port at the other end of a node's link. An interface inside a node names its peer by
 * number, and that number is the port's own on this machine.
 */
function portOf(init: number): string {
  const inside = `/proc/${init}/root/sys/class/net`;
  const peers = new Set(
    readdirSync(inside)
      .filter((name) => name !== "lo")
      .map((name) => attributeOf(inside, name, "iflink")),
  );
  peers.delete(null);
  const port = readdirSync("/sys/class/net").find((name) =>
    peers.has(attributeOf("/sys/class/net", name, "ifindex")),
  );
  if (port !== undefined) return port;
  throw new Error(`No interface of this machine is the peer of process ${init}'s link.`);
}

/** What the kernel says of an interface; null when it is gone since it was listed, as others' come and go. */
function attributeOf(directory: string, name: string, attribute: string): string | null {
  try {
    return readFileSync(`${directory}/${name}/${attribute}`, "utf8").trim();
  } catch {
    return null;
  }
}

/** Whether frames pass through a bridge port. One that does not exist passes none. */
function isForwarding(port: string): boolean {
  try {
    const state = readFileSync(`/sys/class/net/${port}/brport/state`, "utf8").trim();
    return Number(state) === PORT_FORWARDING;
  } catch {
    return false;
  }
}
