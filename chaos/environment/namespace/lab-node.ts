import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { TopologyNode } from "../../../stacks/topology.ts";
import { LineSplitter } from "../lines.ts";
import { readNodeOutput } from "../node-output.ts";
import {
  childrenOf,
  outerPidOf,
  pidNamespaceOf,
  processesIn,
  signalAll,
  stateOf,
  treeOf,
} from "../process-tree.ts";
import { signalUntilSeen, type SeenSignal } from "../signal-until-seen.ts";

/** What runs inside the new namespaces before the node agent: private mounts and kernel settings. */
const NODE_INIT = `
mount -t tmpfs -o mode=755,size=64m tmpfs /run
mkdir -p /run/evenkeel/log
if [ -n "$EVENKEEL_LOG_DIRECTORY" ]; then mount --bind "$EVENKEEL_LOG_DIRECTORY" /run/evenkeel/log; fi
printf '%s' "$EVENKEEL_SYSCTLS" | while IFS='=' read -r key value; do printf '%s' "$value" > "/proc/sys/$key"; done
unset EVENKEEL_LOG_DIRECTORY EVENKEEL_SYSCTLS
exec tini -- evenkeel-agent
`;

/** A running node of the lab: its process tree, seen from the lab host. */
export class LabNode {
  readonly spec: TopologyNode;
  readonly #unshare: ChildProcess;
  readonly #pids = new Map<string, number>();
  #init: number | undefined;
  #namespace: string | undefined;
  readonly ended: Promise<string>;
  /** Resolves when the node, or the balancer on it, has told that it is ready, or the node has ended. */
  readonly settled: Promise<void>;
  #settle: () => void = () => undefined;

  private constructor(spec: TopologyNode, unshare: ChildProcess) {
    this.spec = spec;
    this.#unshare = unshare;
    this.ended = new Promise((resolve) => {
      unshare.once("close", (code, signal) => resolve(signal ?? `code ${code}`));
    });
    this.settled = new Promise((resolve) => (this.#settle = resolve));
    void this.ended.then(this.#settle);
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
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const node = new LabNode(spec, unshare);
    for (const stream of [unshare.stdout, unshare.stderr]) {
      const lines = new LineSplitter((line) => {
        node.#note(line);
        options.onLine(line);
      });
      stream?.setEncoding("utf8").on("data", (text: string) => lines.push(text));
      stream?.once("end", () => lines.end());
    }
    return node;
  }

  /** Whether the node has ended, in whatever way. */
  get over(): boolean {
    return this.#unshare.exitCode !== null || this.#unshare.signalCode !== null;
  }

  /** The node's process 1, in our namespace. @throws Error when the node is dead */
  get init(): number {
    // Once it has ended, its number may belong to another process.
    if (!this.over) this.#init ??= childrenOf(this.#unshare.pid ?? -1)[0];
    if (this.#init === undefined || this.over) {
      throw new Error(`Node ${this.spec.id} is not running. Start it first.`);
    }
    return this.#init;
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
    const [init, all] = [this.init, processesIn(this.namespace)];
    return [init, ...all.filter((pid) => pid !== init)];
  }

  /**
   * Sends a signal to all of these at once and returns when the kernel has acted on it.
   *
   * @param pids process 1 first; all of the node's processes when it is among them
   * @param meanwhile called again and again until then
   * @throws Error when one has not followed in time
   */
  signalUntilSeen(pids: readonly number[], signal: SeenSignal, meanwhile?: () => void): void {
    const within = pids[0] === this.#init ? this.namespace : undefined;
    signalUntilSeen(this.spec.id, pids, signal, within, meanwhile);
  }

  terminate(): void {
    signalAll([this.init], "SIGTERM");
  }

  /**
   * One process of the topology and everything below it.
   *
   * @throws Error that lists the processes that run
   */
  processTree(name: string): number[] {
    const inner = this.#pids.get(name);
    const outer = inner === undefined ? undefined : outerPidOf(this.namespace, inner);
    if (outer !== undefined) return treeOf(outer);
    const known = [...this.#pids.keys()].join(", ");
    throw new Error(
      `Node ${this.spec.id} runs no process "${name}". Its processes are: ${known || "none"}.`,
    );
  }

  /** How many of its processes run and how many are frozen; zombies are neither. */
  count(): { readonly running: number; readonly stopped: number } {
    // Of a node that has ended it is only known when it was looked up before.
    const namespace = this.over ? this.#namespace : this.namespace;
    const states = namespace === undefined ? [] : processesIn(namespace).map(stateOf);
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

  /** The agent tells when it is ready, and which process has which pid, as seen from inside the node. */
  #note(line: string): void {
    const output = readNodeOutput(line);
    if (output.kind !== "event") return;
    const { type, data } = output.event;
    // The balancer's own word comes before anybody has looked whether it is ready.
    if (type === "node.ready" || type === "balancer.ready") this.#settle();
    const { name, pid } = data;
    if (typeof name !== "string") return;
    const isNew = type === "process.started" || type === "process.replaced";
    if (isNew && typeof pid === "number") this.#pids.set(name, pid);
    if (type === "process.exited") this.#pids.delete(name);
  }
}
