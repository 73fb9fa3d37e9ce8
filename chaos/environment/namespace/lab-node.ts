import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { EventLine } from "../../../balancer/index.ts";
import type { TopologyNode } from "../../../stacks/topology.ts";
import { LineSplitter } from "../lines.ts";
import { addressCommands } from "./lab-network.ts";
import {
  childrenOf,
  outerPidOf,
  pidNamespaceOf,
  processesIn,
  signalAll,
  stateOf,
  treeOf,
} from "./process-tree.ts";

/** What runs inside the new namespaces before the node agent: private mounts and the address. */
const NODE_INIT = `
mount -t tmpfs -o mode=755,size=64m tmpfs /run
mkdir -p /run/evenkeel/log
if [ -n "$EVENKEEL_LOG_DIRECTORY" ]; then mount --bind "$EVENKEEL_LOG_DIRECTORY" /run/evenkeel/log; fi
printf '%s' "$EVENKEEL_SYSCTLS" | while IFS='=' read -r key value; do printf '%s' "$value" > "/proc/sys/$key"; done
printf '%s' "$EVENKEEL_ADDRESS_COMMANDS" | ip -batch -
unset EVENKEEL_LOG_DIRECTORY EVENKEEL_SYSCTLS EVENKEEL_ADDRESS_COMMANDS
exec tini -- evenkeel-agent
`;

/** How long a signal may take to show in /proc. */
const SIGNAL_DEADLINE_MS = 1_000;

/** A running node of the lab: its process tree, seen from the lab host. */
export class LabNode {
  readonly spec: TopologyNode;
  readonly #unshare: ChildProcess;
  readonly #pids = new Map<string, number>();
  #namespace: string | undefined;
  readonly ended: Promise<string>;

  private constructor(spec: TopologyNode, unshare: ChildProcess) {
    this.spec = spec;
    this.#unshare = unshare;
    this.ended = new Promise((resolve) => {
      unshare.once("close", (code, signal) => resolve(signal ?? `code ${code}`));
    });
  }

  /** Starts the node in its network namespace, which must exist. */
  static start(
    spec: TopologyNode,
    options: {
      readonly path: string;
      readonly logDirectory: string | undefined;
      readonly onLine: (line: string) => void;
    },
  ): LabNode {
    const argv = [
      `--net=/run/netns/${spec.id}`,
      "--",
      ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"],
      ...["sh", "-e", "-c", NODE_INIT],
    ];
    const unshare = spawn("nsenter", argv, {
      env: {
        ...process.env,
        PATH: options.path,
        EVENKEEL_NODE: Buffer.from(JSON.stringify(spec)).toString("base64"),
        EVENKEEL_LOG_DIRECTORY: options.logDirectory ?? "",
        EVENKEEL_SYSCTLS: Object.entries(spec.sysctls)
          .map(([key, value]) => `${key.replaceAll(".", "/")}=${value}\n`)
          .join(""),
        EVENKEEL_ADDRESS_COMMANDS: `${addressCommands(spec).join("\n")}\n`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const node = new LabNode(spec, unshare);
    for (const stream of [unshare.stdout, unshare.stderr]) {
      const lines = new LineSplitter((line) => {
        node.#notePid(line);
        options.onLine(line);
      });
      stream?.setEncoding("utf8").on("data", (text: string) => lines.push(text));
      stream?.once("end", () => lines.end());
    }
    return node;
  }

  /** The node's process 1, in our namespace. @throws Error when the node is dead */
  get init(): number {
    const [init] = childrenOf(this.#unshare.pid ?? -1);
    if (init === undefined) throw new Error(`Node ${this.spec.id} is not running. Start it first.`);
    return init;
  }

  /** The PID namespace that the node is. */
  get namespace(): string {
    this.#namespace ??= pidNamespaceOf(this.init);
    if (this.#namespace === undefined) {
      throw new Error(`Node ${this.spec.id} is not running. Start it first.`);
    }
    return this.#namespace;
  }

  /** Every process of the node, process 1 first. */
  processes(): number[] {
    return processesIn(this.namespace);
  }

  /**
   * Kills everything at once. SIGKILL of process 1 alone would reach its children only 12 to 47 ms
   * later; in between they would still answer.
   */
  killAll(known: readonly number[]): void {
    signalAll(known, "SIGKILL");
    for (let left = this.processes(); left.some((pid) => stateOf(pid) !== "ended");) {
      signalAll(left, "SIGKILL");
      left = this.processes();
    }
  }

  /** Freezes everything: process 1 first, then until a look finds nothing that still runs. */
  stopAll(): void {
    signalAll(this.processes(), "SIGSTOP");
    this.#untilAll("SIGSTOP", "stopped");
  }

  continueAll(): void {
    signalAll(this.processes(), "SIGCONT");
  }

  terminate(): void {
    signalAll([this.init], "SIGTERM");
  }

  /**
   * Sends a signal to one process of the topology and everything below it.
   *
   * @throws Error that lists the processes that run
   */
  signalProcess(name: string, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    const inner = this.#pids.get(name);
    const outer = inner === undefined ? undefined : outerPidOf(this.namespace, inner);
    if (outer === undefined) {
      const known = [...this.#pids.keys()].join(", ");
      throw new Error(
        `Node ${this.spec.id} runs no process "${name}". Its processes are: ${known || "none"}.`,
      );
    }
    signalAll(treeOf(outer), signal);
  }

  /** How many of its processes run and how many are frozen; zombies are neither. */
  count(): { readonly running: number; readonly stopped: number } {
    const states = this.#namespace === undefined ? [] : this.processes().map(stateOf);
    return {
      running: states.filter((state) => state === "alive").length,
      stopped: states.filter((state) => state === "stopped").length,
    };
  }

  /** The program and arguments that put a program into the node's namespaces. */
  enter(argv: readonly string[]): string[] {
    return ["nsenter", "--target", String(this.init), "--net", "--mount", "--pid", "--", ...argv];
  }

  /** Resolves when the node's last process is gone. */
  async gone(deadlineMs: number): Promise<boolean> {
    const timeout = new AbortController();
    const expired = sleep(deadlineMs, false, { signal: timeout.signal }).catch(() => false);
    const result = await Promise.race([this.ended.then(() => true), expired]);
    timeout.abort();
    return result;
  }

  #untilAll(signal: NodeJS.Signals, state: "stopped"): void {
    const end = performance.now() + SIGNAL_DEADLINE_MS;
    for (;;) {
      const running = this.processes().filter((pid) => stateOf(pid) === "alive");
      if (running.length === 0) return;
      if (performance.now() > end) {
        throw new Error(`Node ${this.spec.id}: ${running.length} processes are not ${state} yet.`);
      }
      signalAll(running, signal);
    }
  }

  /** The agent tells which process has which pid, as seen from inside the node. */
  #notePid(line: string): void {
    if (!line.includes('"type":"process.started"')) return;
    const event = JSON.parse(line) as EventLine;
    const { name, pid } = event.data;
    if (typeof name === "string" && typeof pid === "number") this.#pids.set(name, pid);
  }
}
