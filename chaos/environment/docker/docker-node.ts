import type { TopologyNode } from "../../../stacks/topology.ts";
import type {
  AtOptions,
  Moment,
  NodeInspection,
  RunningNode,
  SpawnedProcess,
  SpawnOptions,
  TimelineEvent,
  ToldSignal,
} from "../environment.ts";
import { LabError } from "../errors.ts";
import type { NodeOutputs } from "../node-outputs.ts";
import { requireProcess } from "../require-process.ts";
import type { SeenSignal } from "../signal-until-seen.ts";
import { ContainerLink } from "./container-link.ts";
import { ContainerTelling } from "./container-telling.ts";
import type { Engine, ListedContainer } from "./engine.ts";
import { EngineError } from "./engine-call.ts";
import type { HandClient } from "./hand-client.ts";
import { NodeProcesses } from "./node-processes.ts";
import { SpawnedPrograms } from "./spawned-programs.ts";
import { timedCall } from "./timed-call.ts";

/** What a node needs of the deployment it belongs to. */
export interface Surroundings {
  readonly engine: Engine;
  readonly hand: HandClient;
  readonly outputs: NodeOutputs;
  /** Is told when the node has ended although nothing was done to it. */
  readonly onEnded: (how: string) => void;
}

/** What a killed container may take to be gone; milliseconds on a quiet machine. */
const END_MS = 30_000;
/** How the engine refuses to signal a container that does not run. */
const NOT_RUNNING = 409;

/** What is seen of a node that does not run: the engine takes its link away. */
const DEAD: NodeInspection = { running: 0, stopped: 0, connected: false };

/** A node that is a container. */
export class DockerNode implements RunningNode {
  readonly id: string;
  readonly #spec: TopologyNode;
  readonly #container: ListedContainer;
  readonly #around: Surroundings;
  readonly #programs: SpawnedPrograms;
  readonly #processes: NodeProcesses;
  readonly #link: ContainerLink;
  readonly #telling: ContainerTelling;
  /** Whether the end of the node is no error: something was done to it. */
  #mayEnd = false;
  #stopping: Promise<void> = Promise.resolve();
  /** What it told before this time, it told in an earlier life. */
  bornNs = 0n;
  /** Whether the node agent is its first program; an image may bring one of its own, which tells nothing. */
  readonly #hasAgent: boolean;

  constructor(spec: TopologyNode, container: ListedContainer, around: Surroundings) {
    this.id = spec.id;
    this.#spec = spec;
    this.#container = container;
    this.#around = around;
    this.#hasAgent = spec.startedBy !== "image";
    const { engine, hand } = around;
    this.#programs = new SpawnedPrograms({
      nodeId: spec.id,
      containerId: container.id,
      engine,
      hand,
    });
    this.#processes = new NodeProcesses(spec);
    this.#link = new ContainerLink(hand);
    this.#telling = new ContainerTelling(engine, container.id, {
      take: (line) => around.outputs.take(spec.id, line),
      onEnd: (isPresent) => void this.#onEnd(isPresent),
    });
    around.outputs.stream.listen((event) => this.#processes.note(event));
  }

  /**
   * The events that the container has told in its present life; `listen` hears those that follow.
   *
   * @param mayBeDead whether it is no error that the container does not run
   */
  async join(mayBeDead = false): Promise<readonly TimelineEvent[]> {
    const { State } = await this.#inspect();
    this.#link.renew();
    if (mayBeDead && !State.Running) this.#mayEnd = true;
    // The engine tells the start of a life only some time after its first lines, so it is reckoned from
    // the end of the one before. Of a dead container only its last life's end is known.
    return this.#telling.join(State.Running ? State.FinishedAt : State.StartedAt);
  }

  /** Hears what the container tells from now on, and its end. To be called once after `join`. */
  listen(): Promise<void> {
    return this.#telling.listen();
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<SpawnedProcess> {
    await this.#init();
    return this.#programs.spawn(argv, options);
  }

  async inspect(): Promise<NodeInspection> {
    const { State } = await this.#inspect();
    if (!State.Running) return DEAD;
    try {
      const port = await this.#link.port(State.Pid);
      const { findings } = await this.#around.hand.ask({ kind: "inspect", init: State.Pid, port });
      const { running = 0, stopped = 0, connected = false } = findings;
      // The engine freezes a whole container; its processes do not look stopped.
      return State.Paused
        ? { running: 0, stopped: running + stopped, connected }
        : { running, stopped, connected };
    } catch (error) {
      // It may have ended while it was looked at.
      if ((await this.#inspect()).State.Running) throw error;
      return DEAD;
    }
  }

  async kill(options: AtOptions & { readonly silent?: boolean } = {}): Promise<Moment> {
    const init = await this.#init();
    // Before anything is done, because it may not be found.
    await this.#link.port(init);
    this.#mayEnd = true;
    const cut = options.silent === true ? await this.#link.set(init, false, options.atNs) : null;
    const killed = await this.#killAll(init, cut === null ? options.atNs : undefined);
    await this.#ended();
    return cut ?? killed;
  }

  async stop(options: AtOptions & { readonly graceMs: number }): Promise<Moment> {
    await this.#init();
    this.#mayEnd = true;
    const terminate = () => this.#around.engine.signal(this.#container.id, "SIGTERM");
    const moment = await timedCall(terminate, options.atNs);
    this.#stopping = this.#endStop(options.graceMs);
    // Nobody waits for it unless the node is started again.
    this.#stopping.catch(() => undefined);
    return moment;
  }

  async pause(options: AtOptions = {}): Promise<Moment> {
    await this.#init();
    return timedCall(() => this.#around.engine.pause(this.#container.id), options.atNs);
  }

  async resume(): Promise<Moment> {
    await this.#init();
    return timedCall(() => this.#around.engine.unpause(this.#container.id));
  }

  async start(): Promise<Moment> {
    await this.#stopping;
    const { State } = await this.#inspect();
    if (State.Running) {
      throw new LabError(`Node ${this.id} is running already`, [], "Kill or stop it first.");
    }
    this.#telling.renew();
    this.#processes.clear();
    this.bornNs = process.hrtime.bigint();
    await this.#around.engine.start(this.#container.id);
    this.#mayEnd = false;
    for (const event of await this.join()) this.#around.outputs.tell(this.id, event);
    await this.listen();
    return this.ready();
  }

  /** Resolves when it has told that it is ready, with that moment. @throws LabError */
  async ready(): Promise<Moment> {
    if (!this.#hasAgent) {
      await this.#init();
      return { monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n };
    }
    const { monotonicNs } = await this.#around.outputs.nodeReady(this.id, this.bornNs - 1n);
    return { monotonicNs: BigInt(monotonicNs), uncertaintyNs: 0n };
  }

  async isolate(options: AtOptions = {}): Promise<Moment> {
    return this.#link.set(await this.#init(), false, options.atNs);
  }

  async rejoin(): Promise<Moment> {
    return this.#link.set(await this.#init(), true);
  }

  killProcess(name: string, options: AtOptions = {}): Promise<Moment> {
    return this.#signal(name, "SIGKILL", options.atNs);
  }

  pauseProcess(name: string, options: AtOptions = {}): Promise<Moment> {
    return this.#signal(name, "SIGSTOP", options.atNs);
  }

  resumeProcess(name: string): Promise<Moment> {
    return this.#signal(name, "SIGCONT");
  }

  async signalProcess(name: string, signal: ToldSignal, { atNs }: AtOptions = {}): Promise<Moment> {
    const process_ = await this.#processOf(name);
    const action = { kind: "tell-process", node: this.id, ...process_, signal } as const;
    return this.#around.hand.act(action, atNs);
  }

  /**
   * Undoes whatever was done to it, by whomever: afterwards it runs, is connected, and has all of its
   * processes.
   */
  async bringBack(): Promise<void> {
    await this.#stopping.catch(() => undefined);
    const { State } = await this.#inspect();
    if (State.Paused) await this.resume();
    if (State.Running) {
      if (!(await this.inspect()).connected) await this.rejoin();
      await this.#around.hand.ask({ kind: "wake", node: this.id, init: State.Pid });
      await this.ready();
      if (this.#processes.complete || !this.#hasAgent) return;
      await this.kill();
    }
    await this.start();
  }

  /** Ends what was spawned into it, and listens no more. */
  async leave(): Promise<void> {
    this.#mayEnd = true;
    await this.#programs.leave();
    this.#telling.close();
  }

  #inspect() {
    return this.#around.engine.inspect(this.#container.id);
  }

  /** Its first process. @throws LabError when it is not running */
  async #init(): Promise<number> {
    const { State } = await this.#inspect();
    if (State.Running) return State.Pid;
    throw new LabError(`Node ${this.id} is not running`, [], "Start it first.");
  }

  async #signal(name: string, signal: SeenSignal, atNs?: bigint): Promise<Moment> {
    const process_ = await this.#processOf(name);
    const action = { kind: "signal-tree", node: this.id, ...process_, signal } as const;
    return this.#around.hand.act(action, atNs);
  }

  /** One of its processes as the hand finds it. @throws UnknownName, LabError when it has ended */
  async #processOf(name: string): Promise<{ readonly init: number; readonly innerPid: number }> {
    requireProcess(this.#spec, name);
    const init = await this.#init();
    return { init, innerPid: this.#processes.pidOf(name) };
  }

  /**
   * Every process at once. The engine's own kill reaches the first process, and the kernel the others
   * some 10 to 60 ms later, one by one. A frozen container however only the engine can kill.
   */
  async #killAll(init: number, atNs: bigint | undefined): Promise<Moment> {
    const { engine, hand } = this.#around;
    if ((await this.#inspect()).State.Paused) {
      return timedCall(async () => {
        await engine.signal(this.#container.id, "SIGKILL");
        await this.#ended();
      }, atNs);
    }
    return hand.act({ kind: "kill", node: this.id, init }, atNs);
  }

  async #endStop(graceMs: number): Promise<void> {
    const { engine } = this.#around;
    if (await engine.ended(this.#container.id, graceMs)) return;
    try {
      await engine.signal(this.#container.id, "SIGKILL");
    } catch (error) {
      // It has ended by itself meanwhile.
      if (!(error instanceof EngineError && error.status === NOT_RUNNING)) throw error;
    }
    await this.#ended();
  }

  async #ended(): Promise<void> {
    if (await this.#around.engine.ended(this.#container.id, END_MS)) return;
    throw new LabError(`Node ${this.id} was killed and still runs after ${END_MS} ms`, []);
  }

  /** It tells no more, so it has ended, as a rule. */
  async #onEnd(isPresent: () => boolean): Promise<void> {
    if (this.#mayEnd) return;
    const how = await this.#inspect().then(
      ({ State }) => (State.Running ? null : `code ${State.ExitCode}`),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    // Something may have been done to it while it was looked at.
    if (this.#mayEnd || !isPresent()) return;
    this.#around.onEnded(how ?? "the engine no longer tells what it writes");
  }
}
