import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { LineSplitter } from "../lines.ts";
import type { LabNode } from "./lab-node.ts";
import { childrenOf, signalAll, stateOf } from "../process-tree.ts";
import type { LabMessage } from "./protocol.ts";

const LOOK_EVERY_MS = 1;
/** How long nsenter may take to follow the program that it started into its sleep. */
const FOLLOW_MS = 1_000;

interface Program {
  readonly nodeId: string;
  /** `nsenter`, outside the node; the program is its child, inside. */
  readonly nsenter: ChildProcess;
}

/** The programs that the runner has put into nodes, by the numbers that it gave them. */
export class NodePrograms {
  readonly #programs = new Map<number, Program>();
  readonly #say: (message: LabMessage) => void;

  constructor(say: (message: LabMessage) => void) {
    this.#say = say;
  }

  /**
   * Starts a program inside a node; resolves when it is in there, or has ended. Before that it would not
   * die with its node: nsenter could only fail to enter what is dead.
   *
   * @throws Error when the node is dead
   */
  async start(
    node: LabNode,
    spawnId: number,
    argv: readonly string[],
    env: NodeJS.ProcessEnv,
  ): Promise<void> {
    const [program = "", ...rest] = node.enter(argv);
    const nsenter = spawn(program, rest, { env, stdio: ["pipe", "pipe", "pipe"] });
    this.#programs.set(spawnId, { nodeId: node.spec.id, nsenter });
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = new LineSplitter((line) =>
        this.#say({ kind: "spawn-line", spawnId, stream, line }),
      );
      nsenter[stream].setEncoding("utf8").on("data", (text: string) => lines.push(text));
      nsenter[stream].once("end", () => lines.end());
    }
    nsenter.stdin.on("error", () => undefined); // It ended before it had read everything.
    nsenter.once("close", (code, signal) => {
      this.#programs.delete(spawnId);
      this.#say({ kind: "spawn-ended", spawnId, code, signal });
    });
    await new Promise<void>((resolve, reject) => {
      nsenter.once("spawn", resolve);
      nsenter.once("error", reject);
    });
    // What it has left running may hold on to its output: its own end is what counts.
    const hasEnded = (): boolean => nsenter.exitCode !== null || nsenter.signalCode !== null;
    while (!hasEnded() && childrenOf(nsenter.pid ?? -1).length === 0) {
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Writes a line to a program's standard input; null closes it. One that has ended hears nothing. */
  write(spawnId: number, line: string | null): void {
    const stdin = this.#programs.get(spawnId)?.nsenter.stdin;
    if (line === null) stdin?.end();
    else stdin?.write(`${line}\n`);
  }

  /** Sends a signal to a program; one that has ended hears nothing. */
  async signal(spawnId: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    // nsenter passes no signal on, and needs a moment before there is a program to send it to.
    for (;;) {
      const program = this.#programs.get(spawnId);
      if (program === undefined) return;
      const started = childrenOf(program.nsenter.pid ?? -1);
      signalAll(started, signal);
      if (signal === "SIGKILL") this.#wake([program]);
      if (started.length > 0) return;
      await sleep(LOOK_EVERY_MS);
    }
  }

  /**
   * Resolves when every nsenter of a frozen node has noticed it: it stops itself together with its
   * program, some moments later, and must have done so before it is woken.
   */
  async frozen(nodeId: string): Promise<void> {
    const end = performance.now() + FOLLOW_MS;
    for (const { nsenter } of this.#of(nodeId)) {
      const pid = nsenter.pid ?? -1;
      const mustFollow = (): boolean =>
        stateOf(pid) === "alive" && childrenOf(pid).some((child) => stateOf(child) === "stopped");
      while (mustFollow() && performance.now() < end) await sleep(LOOK_EVERY_MS);
    }
  }

  /** Wakes every nsenter of a node whose processes were thawed or killed, so that it tells their end. */
  thaw(nodeId: string): void {
    this.#wake(this.#of(nodeId));
  }

  #of(nodeId: string): Program[] {
    return [...this.#programs.values()].filter((program) => program.nodeId === nodeId);
  }

  #wake(programs: readonly Program[]): void {
    const pids = programs.flatMap(({ nsenter }) => nsenter.pid ?? []);
    signalAll(pids, "SIGCONT");
  }
}
