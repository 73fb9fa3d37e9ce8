import { LABELS, type Topology, type TopologyNode } from "../../../stacks/topology.ts";
import type { Deployment, RunningNode, TimelineEvent } from "../environment.ts";
import { within } from "../deadline.ts";
import { LabError, UnknownName } from "../errors.ts";
import { NodeOutputs } from "../node-outputs.ts";
import { DockerNode } from "./docker-node.ts";
import type { Engine, ListedContainer } from "./engine.ts";
import { HandClient } from "./hand-client.ts";
import { bringBack } from "./bring-back.ts";
import { deployedTopology } from "./require-deployed.ts";

/** An engine starts containers in any order, some seconds apart; each waits for others. */
const NODE_START_MS = 60_000;

/** What bringing it back may take in all; seconds as a rule. Its parts have deadlines that say more. */
const HEAL_MS = 300_000;

/** What a deployment is joined with. */
export interface JoinOptions {
  /** Folder for what the nodes write from now on; null keeps none. */
  readonly logDirectory: string | null;
  readonly signal?: AbortSignal;
  /** Joined to be brought back: nodes may be dead. @default false */
  readonly hurt?: boolean;
}

/** A container of an image that holds our programs; backends may have any, the others seldom do. */
function withOurProgram(
  { nodes }: Topology,
  containers: readonly ListedContainer[],
): ListedContainer {
  const ours =
    nodes.find(({ role }) => role === "client" || role === "balancer") ??
    nodes.find(({ startedBy }) => startedBy !== "image");
  // There is a manifest only when there are containers.
  const [first] = containers as readonly [ListedContainer];
  return containers.find(({ labels }) => labels[LABELS.node] === ours?.id) ?? first;
}

/** A topology whose nodes are containers, found by their labels. */
export class DockerDeployment implements Deployment {
  readonly topology: Topology;
  readonly #outputs: NodeOutputs;
  readonly #engine: Engine;
  readonly #hand: HandClient;
  readonly #nodes: ReadonlyMap<string, DockerNode>;
  readonly #lost = new AbortController();
  #disposed: Promise<void> | undefined;
  #onHealed: () => Promise<void> = () => Promise.resolve();

  private constructor(
    engine: Engine,
    topology: Topology,
    containers: readonly ListedContainer[],
    hand: HandClient,
    logDirectory: string | null,
  ) {
    this.topology = topology;
    this.#engine = engine;
    this.#hand = hand;
    this.#outputs = new NodeOutputs(topology, logDirectory, NODE_START_MS);
    const containerOf = (node: TopologyNode): ListedContainer =>
      // Every node has one, or there would be no manifest.
      containers.find(({ labels }) => labels[LABELS.node] === node.id) as ListedContainer;
    this.#nodes = new Map(
      topology.nodes.map((node) => [
        node.id,
        new DockerNode(node, containerOf(node), {
          engine,
          hand,
          outputs: this.#outputs,
          onEnded: (how) => this.#onEnded(node.id, how),
        }),
      ]),
    );
  }

  /**
   * Finds a topology's containers and listens to them, whatever state they are in.
   *
   * @throws EngineError, LabError, InvalidDocument
   */
  static async join(
    engine: Engine,
    topologyId: string,
    options: JoinOptions,
  ): Promise<DockerDeployment> {
    options.signal?.throwIfAborted();
    const topology = await deployedTopology(engine, topologyId);
    const containers = await engine.containersOf(topologyId);
    const { Config } = await engine.inspect(withOurProgram(topology, containers).id);
    const hand = await HandClient.start(engine, topologyId, Config.Image);
    const deployment = new DockerDeployment(
      engine,
      topology,
      containers,
      hand,
      options.logDirectory,
    );
    try {
      await deployment.#listen(options.hurt ?? false);
      return deployment;
    } catch (error) {
      await deployment.letGo();
      throw error;
    }
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Resolves when every node is ready and the floating address has one owner. @throws LabError */
  async ready(signal?: AbortSignal): Promise<void> {
    const abort = (): void => this.#outputs.stream.fail(abortError(signal));
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const nodes = [...this.#nodes.values()];
      await Promise.all(nodes.map((node) => node.ready()));
      await this.#outputs.elected();
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Undoes whatever was done to it, by whomever, and waits until it is ready. @throws LabError */
  bringBack(): Promise<void> {
    return bringBack(this.topology, [...this.#nodes.values()], this.#outputs);
  }

  node(id: string): RunningNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new UnknownName("node", id, [...this.#nodes.keys()]);
    return node;
  }

  supports(): true {
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
    return this.#outputs.waitFor(matches, options);
  }

  lastOutput(nodeId: string): readonly string[] {
    return this.#outputs.last(nodeId);
  }

  /** Has something done once disposing has healed; not when it could not. */
  whenHealed(act: () => Promise<void>): void {
    this.#onHealed = act;
  }

  /** Heals, then lets go of the containers, which go on. Calling it again waits for the same end. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= (async () => {
      try {
        // Whoever has lost a node waits for nothing of it any more.
        const healing = this.#lost.signal.aborted
          ? bringBackAnew(this.#engine, this.topology.id)
          : this.bringBack();
        await within(healing, HEAL_MS, () => this.#notHealed());
        await this.#onHealed();
      } finally {
        await this.letGo();
      }
    })();
    return this.#disposed;
  }

  /** Lets go of the containers as they are, healing nothing. */
  async letGo(): Promise<void> {
    await Promise.allSettled([...this.#nodes.values()].map((node) => node.leave()));
    try {
      await this.#hand[Symbol.asyncDispose]();
    } finally {
      await this.#outputs.close(
        new LabError(
          "The deployment was let go of while something was awaited of it",
          [],
          "Attach.",
        ),
      );
    }
  }

  #notHealed(): LabError {
    const { id } = this.topology;
    const what = `${id} was not brought back within ${HEAL_MS} ms`;
    return new LabError(what, [], `Heal it: npx evenkeel heal ${id}`);
  }

  async #listen(mayBeDead: boolean): Promise<void> {
    const nodes = [...this.#nodes.values()];
    const told = await Promise.all(nodes.map((node) => node.join(mayBeDead)));
    for (const event of told.flat().toSorted(byTime)) this.#outputs.tell(event.node, event);
    await Promise.all(nodes.map((node) => node.listen()));
  }

  #onEnded(nodeId: string, how: string): void {
    const error = new LabError(`Node ${nodeId} ended by itself: ${how}`, this.lastOutput(nodeId));
    this.#outputs.stream.fail(error);
    this.#lost.abort(error);
  }
}

/** Joins a topology in whatever state it is, brings it back, and lets go of it. @throws LabError, EngineError */
export async function bringBackAnew(engine: Engine, topologyId: string): Promise<void> {
  const deployment = await DockerDeployment.join(engine, topologyId, {
    logDirectory: null,
    hurt: true,
  });
  try {
    await deployment.bringBack();
  } finally {
    await deployment.letGo();
  }
}

function byTime(a: TimelineEvent, b: TimelineEvent): number {
  return BigInt(a.monotonicNs) < BigInt(b.monotonicNs) ? -1 : 1;
}

function abortError(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted");
}
