import { dirname } from "node:path";
import type { Topology } from "../../../stacks/topology.ts";
import type { Deployment, NodeFaultKind, RunningNode, TimelineEvent } from "../environment.ts";
import { LabError, UnknownName } from "../errors.ts";
import { NodeOutputs } from "../node-outputs.ts";
import { LAB, LabClient } from "./lab-client.ts";
import { NamespaceNode } from "./namespace-node.ts";
import type { LabPlan } from "./protocol.ts";

/** A topology that runs in a lab of ours. */
export class NamespaceDeployment implements Deployment {
  readonly topology: Topology;
  readonly #lab: LabClient;
  readonly #outputs: NodeOutputs;
  readonly #lost = new AbortController();
  readonly #nodes: ReadonlyMap<string, NamespaceNode>;
  /** Nodes that may end without that being an error: something was done to them. */
  readonly #mayEnd = new Set<string>();
  /** Milliseconds the host took for bridge, namespaces and links. */
  networkMs: number | null = null;
  #disposed: Promise<void> | undefined;

  private constructor(topology: Topology, plan: LabPlan, bundles: string | null) {
    this.topology = topology;
    // Each node has a folder of its name in it.
    const [logDirectory] = Object.values(plan.logDirectories).map((folder) => dirname(folder));
    this.#outputs = new NodeOutputs(topology, logDirectory ?? null);
    const events = {
      onNodeLine: (node: string, line: string) => this.#outputs.take(node, line),
      onNodeEnded: (node: string, how: string) => this.#onNodeEnded(node, how),
      onNetworkReady: (tookMs: number) => (this.networkMs = tookMs),
    };
    this.#lab = LabClient.start(plan, events, bundles);
    this.#nodes = new Map(
      topology.nodes.map((node) => [
        node.id,
        new NamespaceNode(node, this.#lab, {
          ready: (afterNs) => this.#outputs.nodeReady(node.id, afterNs),
          mayEnd: (allowed) =>
            void (allowed ? this.#mayEnd.add(node.id) : this.#mayEnd.delete(node.id)),
        }),
      ]),
    );
  }

  /** @param bundles folder of the programs' bundles; null starts their sources */
  static start(topology: Topology, plan: LabPlan, bundles: string | null): NamespaceDeployment {
    return new NamespaceDeployment(topology, plan, bundles);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Process id of the lab's outermost process. */
  get pid(): number | undefined {
    return this.#lab.pid;
  }

  /** Resolves when every node is ready and the floating address has one owner. */
  async ready(signal?: AbortSignal): Promise<void> {
    const abort = (): void => this.#outputs.stream.fail(abortError(signal));
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await Promise.all(this.topology.nodes.map((node) => this.#outputs.nodeReady(node.id, 0n)));
      await this.#outputs.elected();
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  node(id: string): RunningNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new UnknownName("node", id, [...this.#nodes.keys()]);
    return node;
  }

  supports(_fault: NodeFaultKind): true {
    return true;
  }

  onEvent(listener: (event: TimelineEvent) => void): () => void {
    return this.#outputs.stream.listen(listener);
  }

  events(): readonly TimelineEvent[] {
    return this.#outputs.stream.all();
  }

  waitForEvent(
    matches: (event: TimelineEvent) => boolean,
    options: { readonly deadlineMs: number; readonly waitingFor: string; readonly node?: string },
  ): Promise<TimelineEvent> {
    return this.#outputs.waitFor(matches, options, () => this.#lab.output.slice(-10));
  }

  lastOutput(nodeId: string): readonly string[] {
    return this.#outputs.last(nodeId);
  }

  /** Ends the lab with everything in it. Calling it again waits for the same end. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    await this.#lab.close();
    await this.#outputs.close(
      new LabError("The lab was ended while something was awaited of it", [], "Deploy again."),
    );
  }

  #onNodeEnded(nodeId: string, how: string): void {
    if (this.#mayEnd.has(nodeId)) return;
    const who = nodeId === LAB ? "The lab" : `Node ${nodeId}`;
    const error = new LabError(`${who} ended by itself: ${how}`, this.lastOutput(nodeId));
    this.#outputs.stream.fail(error);
    this.#lost.abort(error);
  }
}

function abortError(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted");
}
