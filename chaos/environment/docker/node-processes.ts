import type { TopologyNode } from "../../../stacks/topology.ts";
import type { TimelineEvent } from "../environment.ts";
import { LabError } from "../errors.ts";

/** Pids inside a node, by the names of its processes, from what the node tells. */
export class NodeProcesses {
  readonly #spec: TopologyNode;
  readonly #pids = new Map<string, number>();

  constructor(spec: TopologyNode) {
    this.#spec = spec;
  }

  /** Whether every process that the node should have runs. */
  get complete(): boolean {
    return this.#spec.processes.every(({ name }) => this.#pids.has(name));
  }

  /** Hears an event of any node. */
  note({ node, type, data }: TimelineEvent): void {
    const { name, pid } = data;
    if (node !== this.#spec.id || typeof name !== "string") return;
    const isNew = type === "process.started" || type === "process.replaced";
    if (isNew && typeof pid === "number") this.#pids.set(name, pid);
    if (type === "process.exited") this.#pids.delete(name);
  }

  /** The number that a process has inside the node. @throws LabError when it has ended */
  pidOf(name: string): number {
    const pid = this.#pids.get(name);
    if (pid !== undefined) return pid;
    const running = [...this.#pids.keys()].join(", ");
    throw new LabError(
      `Node ${this.#spec.id} runs no process "${name}"`,
      [],
      `Its processes are: ${running || "none"}.`,
    );
  }

  /** The node has ended, and they with it. */
  clear(): void {
    this.#pids.clear();
  }
}
