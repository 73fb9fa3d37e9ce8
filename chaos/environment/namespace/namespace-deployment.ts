import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { nodeOf, type Topology } from "../../../stacks/topology.ts";
import type { Deployment, NodeFaultKind, RunningNode, TimelineEvent } from "../environment.ts";
import { LabError, UnknownName } from "../errors.ts";
import { EventStream } from "../event-stream.ts";
import { readNodeOutput } from "../node-output.ts";
import { LAB, LabClient } from "./lab-client.ts";
import { NamespaceNode } from "./namespace-node.ts";
import type { LabPlan } from "./protocol.ts";

/** A node is given the sum of its processes' deadlines, and this for its own start. */
const NODE_START_MS = 5_000;
/** The first election takes three adverts and the skew; many times that on a busy machine. */
const ELECTION_ADVERTS = 50;
const REMEMBERED_LINES = 40;

/** A topology that runs in a lab of ours. */
export class NamespaceDeployment implements Deployment {
  readonly topology: Topology;
  readonly #lab: LabClient;
  readonly #events = new EventStream();
  readonly #lost = new AbortController();
  readonly #nodes: ReadonlyMap<string, NamespaceNode>;
  readonly #output = new Map<string, string[]>();
  readonly #logs = new Map<string, WriteStream>();
  readonly #logDirectories: Readonly<Record<string, string>>;
  /** Nodes that may end without that being an error: something was done to them. */
  readonly #mayEnd = new Set<string>();
  /** Milliseconds the host took for bridge, namespaces and links. */
  networkMs: number | null = null;
  #disposed: Promise<void> | undefined;

  private constructor(topology: Topology, plan: LabPlan, bundles: string | null) {
    this.topology = topology;
    this.#logDirectories = plan.logDirectories;
    const events = {
      onNodeLine: (node: string, line: string) => this.#onLine(node, line),
      onNodeEnded: (node: string, how: string) => this.#onNodeEnded(node, how),
      onNetworkReady: (tookMs: number) => (this.networkMs = tookMs),
    };
    this.#lab = LabClient.start(plan, events, bundles);
    this.#nodes = new Map(
      topology.nodes.map((node) => [
        node.id,
        new NamespaceNode(node, this.#lab, {
          ready: (afterNs) => this.#nodeReady(node.id, afterNs),
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
    const abort = (): void => this.#events.fail(abortError(signal));
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await Promise.all(this.topology.nodes.map((node) => this.#nodeReady(node.id, 0n)));
      await this.#elected();
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
    return this.#events.listen(listener);
  }

  events(): readonly TimelineEvent[] {
    return this.#events.all();
  }

  waitForEvent(
    matches: (event: TimelineEvent) => boolean,
    options: { readonly deadlineMs: number; readonly waitingFor: string; readonly node?: string },
  ): Promise<TimelineEvent> {
    return this.#events.waitFor(matches, {
      ...options,
      lastOutput: () =>
        options.node === undefined ? this.#lab.output.slice(-10) : this.lastOutput(options.node),
    });
  }

  lastOutput(nodeId: string): readonly string[] {
    return this.#output.get(nodeId) ?? [];
  }

  /** Ends the lab with everything in it. Calling it again waits for the same end. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    await this.#lab.close();
    this.#events.fail(
      new LabError("The lab was ended while something was awaited of it", [], "Deploy again."),
    );
    await Promise.all(
      [...this.#logs.values()].map(
        (log) => new Promise<void>((resolve) => log.end(() => resolve())),
      ),
    );
  }

  async #nodeReady(id: string, afterNs: bigint): Promise<TimelineEvent> {
    const node = nodeOf(this.topology, id);
    const deadlines = [...node.processes.map((p) => p.readiness), ...node.reaches];
    return this.waitForEvent(
      (event) =>
        event.node === id && event.type === "node.ready" && BigInt(event.monotonicNs) > afterNs,
      {
        deadlineMs: NODE_START_MS + deadlines.reduce((sum, { deadlineMs }) => sum + deadlineMs, 0),
        waitingFor: `node ${id} ready`,
        node: id,
      },
    );
  }

  /** One owner is master and every other one is backup. */
  async #elected(): Promise<void> {
    const { virtualAddress } = this.topology;
    if (virtualAddress === undefined) return;
    const owners = virtualAddress.owners
      .map((owner) => nodeOf(this.topology, owner.node))
      .filter((node) => node.processes.some((process_) => process_.name === "keepalived"));
    if (owners.length === 0) return;
    const settled = (): boolean => {
      const states = owners.map((owner) => this.#vrrpState(owner.id));
      return (
        states.filter((state) => state === "vrrp.master").length === 1 &&
        states.filter((state) => state === "vrrp.backup").length === states.length - 1
      );
    };
    await this.waitForEvent(settled, {
      deadlineMs: ELECTION_ADVERTS * virtualAddress.vrrp.advertIntervalMs + NODE_START_MS,
      waitingFor: `one master among ${owners.map((owner) => owner.id).join(", ")}, the others in backup,`,
      ...(owners[0] === undefined ? {} : { node: owners[0].id }),
    });
  }

  #vrrpState(nodeId: string): string | undefined {
    return this.#events
      .all()
      .findLast(
        (event) =>
          event.node === nodeId && event.type.startsWith("vrrp.") && event.type !== "vrrp.advert",
      )?.type;
  }

  #onLine(nodeId: string, line: string): void {
    const output = readNodeOutput(line);
    if (output.kind === "event") {
      this.#remember(nodeId, `${output.event.type} ${JSON.stringify(output.event.data)}`);
      this.#events.push(output.event);
      return;
    }
    const text =
      output.kind === "log" ? `${output.log.process}: ${output.log.line}` : `agent: ${output.text}`;
    this.#remember(nodeId, text);
    const process_ = output.kind === "log" ? output.log.process : "agent";
    this.#logOf(nodeId, process_).write(
      output.kind === "log"
        ? `${output.log.monotonicNs} ${output.log.stream} ${output.log.line}\n`
        : `${output.text}\n`,
    );
  }

  #onNodeEnded(nodeId: string, how: string): void {
    if (this.#mayEnd.has(nodeId)) return;
    const who = nodeId === LAB ? "The lab" : `Node ${nodeId}`;
    const error = new LabError(`${who} ended by itself: ${how}`, this.lastOutput(nodeId));
    this.#events.fail(error);
    this.#lost.abort(error);
  }

  #remember(nodeId: string, text: string): void {
    const lines = this.#output.get(nodeId) ?? [];
    lines.push(text);
    if (lines.length > REMEMBERED_LINES) lines.shift();
    this.#output.set(nodeId, lines);
  }

  #logOf(nodeId: string, process_: string): WriteStream {
    const key = `${nodeId}/${process_}`;
    const existing = this.#logs.get(key);
    if (existing !== undefined) return existing;
    const log = createWriteStream(join(this.#logDirectories[nodeId] ?? ".", `${process_}.log`), {
      flags: "a",
    });
    this.#logs.set(key, log);
    return log;
  }
}

function abortError(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted");
}
