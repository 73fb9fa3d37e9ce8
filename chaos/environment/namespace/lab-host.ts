import { setTimeout as sleep } from "node:timers/promises";
import type { NodeInspection } from "../environment.ts";
import { LineSplitter } from "../lines.ts";
import { untilTime } from "../at-time.ts";
import { signalAll } from "../process-tree.ts";
import { LabNetwork } from "./lab-network.ts";
import { LabNode } from "./lab-node.ts";
import { NodePrograms } from "./node-programs.ts";
import type { LabAction, LabMessage, LabPlan, LabRequest } from "./protocol.ts";

/**
 * The lab host: one process that owns a whole lab. It runs inside the lab's user, network, mount
 * and PID namespaces; when its standard input ends it ends, and the kernel ends everything else.
 */

/** Docker takes a killed container's link away about this much later; until then its kernel still answers. */
const LINK_AFTER_KILL_MS = 50;
/** How long nodes with an election may start before the others, at most. */
const HEAD_START_MS = 1_000;
/** What a stop may take beyond the grace period. */
const END_MS = 2_000;

const say = (message: LabMessage): void =>
  void process.stdout.write(`${JSON.stringify(message)}\n`);

/** When an action took effect, and what it saw. */
interface Effect {
  readonly from: bigint;
  readonly to: bigint;
  readonly inspection?: NodeInspection;
}

class LabHost {
  readonly #plan: LabPlan;
  readonly #network: LabNetwork;
  readonly #nodes = new Map<string, LabNode>();
  readonly #programs = new NodePrograms(say);
  /** Stops that are under way: a node that is started again must have ended first. */
  readonly #stops = new Map<string, Promise<void>>();

  constructor(plan: LabPlan) {
    this.#plan = plan;
    const begin = performance.now();
    this.#network = LabNetwork.build(plan.nodes);
    say({ kind: "network-ready", tookMs: performance.now() - begin });
    void this.#startAll();
  }

  /**
   * Nodes with an election to hold begin alone: its three adverts are time in which nothing runs,
   * and in which the others can start.
   */
  async #startAll(): Promise<void> {
    const slow = this.#plan.nodes.filter(({ processes }) => processes.length > 1);
    const others = this.#plan.nodes.filter((node) => !slow.includes(node));
    this.#network.configure(slow);
    for (const { id } of slow) this.#startNode(id);
    this.#network.configure(others);
    const settled = Promise.all(slow.map(({ id }) => this.#node(id).settled));
    if (slow.length > 0) await Promise.race([settled, sleep(HEAD_START_MS)]);
    for (const { id } of others) this.#startNode(id);
  }

  async handle(request: LabRequest): Promise<void> {
    if ("stdin" in request) return this.#programs.write(request.spawnId, request.stdin);
    if ("signal" in request) return this.#programs.signal(request.spawnId, request.signal);
    try {
      const { from, to, inspection } = await this.#act(
        request.node,
        request.action,
        request.atNs === null ? null : BigInt(request.atNs),
      );
      const middle = (from + to) / 2n;
      say({
        kind: "result",
        id: request.id,
        monotonicNs: middle.toString(),
        uncertaintyNs: (to - middle).toString(),
        ...(inspection === undefined ? {} : { inspection }),
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      say({ kind: "error", id: request.id, message });
    }
  }

  async #act(nodeId: string, action: LabAction, atNs: bigint | null): Promise<Effect> {
    const node = this.#node(nodeId);
    switch (action.kind) {
      case "start":
        return this.#start(node);
      case "kill":
        return this.#kill(node, action.silent, atNs);
      case "stop":
        return this.#stop(node, action.graceMs, atNs);
      case "pause": {
        await until(atNs);
        const effect = await timed(() => node.signalUntilSeen(node.processes(), "SIGSTOP"));
        await this.#programs.frozen(nodeId);
        return effect;
      }
      case "resume": {
        const effect = await timed(() => node.signalUntilSeen(node.processes(), "SIGCONT"));
        this.#programs.thaw(nodeId);
        return effect;
      }
      case "inspect": {
        const connected = await this.#network.connected(nodeId);
        let inspection: NodeInspection | undefined;
        const effect = await timed(() => (inspection = { ...node.count(), connected }));
        return { ...effect, ...(inspection === undefined ? {} : { inspection }) };
      }
      case "isolate":
        await until(await this.#beforeCut(nodeId, atNs));
        return timed(() => this.#network.setLink(nodeId, false));
      case "rejoin":
        return timed(() => this.#network.setLink(nodeId, true));
      case "signal-process": {
        const pids = node.processTree(action.name);
        await until(atNs);
        return timed(() => node.signalUntilSeen(pids, action.signal));
      }
      case "tell-process": {
        const [pid] = node.processTree(action.name);
        await until(atNs);
        return timed(() => signalAll(pid === undefined ? [] : [pid], action.signal));
      }
      case "spawn":
        return timed(() => this.#spawn(node, action));
    }
  }

  async #start(node: LabNode): Promise<Effect> {
    await this.#stops.get(node.spec.id);
    if (!node.over) {
      throw new Error(`Node ${node.spec.id} is running already. Kill or stop it first.`);
    }
    await this.#network.attachAgain(node.spec);
    return timed(() => this.#startNode(node.spec.id));
  }

  async #kill(node: LabNode, silent: boolean, atNs: bigint | null): Promise<Effect> {
    // Looked up beforehand, so that at the moment itself only signals are sent.
    const known = node.processes();
    await until(silent ? await this.#beforeCut(node.spec.id, atNs) : atNs);
    const kill = (): void => this.#killAll(node, known);
    const effect = silent
      ? await timed(() => this.#network.setLink(node.spec.id, false))
      : await timed(kill);
    if (silent) kill();
    if (!silent) {
      await sleep(LINK_AFTER_KILL_MS);
      await this.#network.setLink(node.spec.id, false);
    }
    await node.gone(END_MS);
    return effect;
  }

  /**
   * Process 1 ends only when every other process has been collected by its parent. That of a program is
   * its nsenter, outside, which falls asleep with the program that is stopped before it is killed.
   */
  #killAll(node: LabNode, pids: readonly number[]): void {
    node.signalUntilSeen(pids, "SIGKILL", () => this.#programs.thaw(node.spec.id));
  }

  /**
   * When to give the command that cuts a link at a time: it takes effect about halfway between
   * command and answer, and how long that takes is tried right before.
   */
  async #beforeCut(nodeId: string, atNs: bigint | null): Promise<bigint | null> {
    if (atNs === null) return null;
    const { from, to } = await timed(() => this.#network.connected(nodeId));
    return atNs - (to - from) / 2n;
  }

  async #stop(node: LabNode, graceMs: number, atNs: bigint | null): Promise<Effect> {
    // Looked up beforehand: a node that has ended can no longer be asked for it.
    const known = node.processes();
    await until(atNs);
    const effect = await timed(() => node.terminate());
    const stop = this.#endStop(node, known, graceMs);
    this.#stops.set(node.spec.id, stop);
    // Nobody waits for it unless the node is started again; the lab must not die of it.
    stop.catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    return effect;
  }

  async #endStop(node: LabNode, known: readonly number[], graceMs: number): Promise<void> {
    if (!(await node.gone(graceMs))) {
      this.#killAll(node, known);
      await node.gone(END_MS);
    }
    await this.#network.setLink(node.spec.id, false);
  }

  #spawn(node: LabNode, action: LabAction & { readonly kind: "spawn" }): Promise<void> {
    return this.#programs.start(node, action.spawnId, action.argv, {
      ...process.env,
      ...action.env,
      PATH: this.#plan.path,
      EVENKEEL_NODE_ID: node.spec.id,
    });
  }

  #startNode(nodeId: string): void {
    const spec = this.#plan.nodes.find((node) => node.id === nodeId);
    if (spec === undefined) throw new RangeError(`No node ${nodeId} in this lab.`);
    const node = LabNode.start(spec, {
      path: this.#plan.path,
      logDirectory: this.#plan.logDirectories[nodeId],
      onLine: (line) => say({ kind: "node-line", node: nodeId, line }),
    });
    this.#nodes.set(nodeId, node);
    void node.ended.then((how) => say({ kind: "node-ended", node: nodeId, how }));
  }

  #node(id: string): LabNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new RangeError(`No node ${id} in this lab.`);
    return node;
  }
}

async function until(atNs: bigint | null): Promise<void> {
  if (atNs !== null) await untilTime(atNs);
}

async function timed(act: () => unknown): Promise<Effect> {
  const from = process.hrtime.bigint();
  await act();
  return { from, to: process.hrtime.bigint() };
}

let host: LabHost | undefined;
const lines = new LineSplitter((line) => {
  if (host !== undefined) {
    void host.handle(JSON.parse(line) as LabRequest);
    return;
  }
  try {
    host = new LabHost(JSON.parse(line) as LabPlan);
  } catch (error) {
    say({ kind: "fatal", message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.stdin.destroy();
  }
});
process.stdin.setEncoding("utf8").on("data", (text: string) => lines.push(text));
process.stdin.once("end", () => process.exit());
// The runner is gone: nobody reads any more.
process.stdout.on("error", () => process.exit());
