import type { TopologyNode } from "../../../stacks/topology.ts";
import { untilTime } from "../at-time.ts";
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
import { endOf } from "../end-of-program.ts";
import { LabError, UnknownName } from "../errors.ts";
import { measureWallClock } from "../node-agent/observers.ts";
import { readNodeOutput } from "../node-output.ts";
import type { NodeOutputs } from "../node-outputs.ts";
import type { SeenSignal } from "../signal-until-seen.ts";
import { ContainerLog, epochNs } from "./container-log.ts";
import type { Engine, ListedContainer } from "./engine.ts";
import { EngineError } from "./engine-call.ts";
import { BY_NAME, ExecProcess } from "./exec-process.ts";
import { startSidecar } from "./sidecar.ts";
import { momentBetween, type HandClient } from "./hand-client.ts";

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
/** What the engine needs from a call to its effect, as a rule: calls at a time are begun so much earlier. */
const CALL_TAKES_NS = 8_000_000n;
/** Told again and again, and of no use later: left out of what a node has told before it was joined. */
const PERIODIC = new Set(["vrrp.advert", "check.begin", "check.end"]);

/** What is seen of a node that does not run: the engine takes its link away. */
const DEAD: NodeInspection = { running: 0, stopped: 0, connected: false };

/** One life of a container: from a start to its end. */
interface Life {
  /** Its first process, on the engine's machine. */
  readonly init: number;
  /** Bridge port of its link; found when it is first needed. */
  port: Promise<string> | undefined;
}

/** A node that is a container. */
export class DockerNode implements RunningNode {
  readonly id: string;
  readonly #spec: TopologyNode;
  readonly #container: ListedContainer;
  readonly #around: Surroundings;
  readonly #programs = new Set<ExecProcess>();
  /** Pids inside the node, by the names of its processes. */
  readonly #pids = new Map<string, number>();
  #life: Life | undefined;
  /** Of its present life; undefined while it is between two. */
  #log: ContainerLog | undefined;
  /** Those of earlier lives too: their last words may come late. */
  readonly #followed = new Set<ContainerLog>();
  /** Whether it was let go of: what was under way then keeps nothing open. */
  #isLeft = false;
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
    around.outputs.stream.listen((event) => this.#note(event));
  }

  /**
   * The events that the container has told in its present life; `listen` hears those that follow.
   *
   * @param mayBeDead whether it is no error that the container does not run
   */
  async join(mayBeDead = false): Promise<readonly TimelineEvent[]> {
    const { engine, outputs } = this.#around;
    const { State } = await this.#inspect();
    this.#life = State.Running ? { init: State.Pid, port: undefined } : undefined;
    if (mayBeDead && !State.Running) this.#mayEnd = true;
    // The engine tells the start of a life only some time after its first lines, so it is reckoned from
    // the end of the one before. Of a dead container only its last life's end is known.
    const birth = State.Running ? State.FinishedAt : State.StartedAt;
    this.#log = await ContainerLog.open(engine, this.#container.id, birth);
    // The last words of an earlier life may have been written down after its end.
    const bornNs = epochNs(birth) + measureWallClock().offsetNs;
    const events: TimelineEvent[] = [];
    for (const line of this.#log.past) {
      const output = readNodeOutput(line);
      if (output.kind !== "event") outputs.take(this.id, line);
      else if (BigInt(output.event.monotonicNs) > bornNs) events.push(output.event);
    }
    return events.filter(({ type }) => !PERIODIC.has(type));
  }

  /** Hears what the container tells from now on, and its end. To be called once after `join`. */
  async listen(): Promise<void> {
    const log = this.#log;
    if (log === undefined) return;
    this.#followed.add(log);
    await log.follow((line) => this.#around.outputs.take(this.id, line));
    if (this.#isLeft) log.close();
    void log.ended.then(() => this.#onLogEnded(log));
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<SpawnedProcess> {
    await this.#init();
    const { engine, hand } = this.#around;
    const env = { ...options.env, EVENKEEL_NODE_ID: this.id };
    const byName = [...BY_NAME, ...argv];
    const { id } = this.#container;
    const session = await (options.networkAdmin === true
      ? startSidecar(engine, { beside: id, argv: byName, env })
      : engine.exec(id, byName, env));
    const program = new ExecProcess(session, hand, options);
    this.#programs.add(program);
    void program.exited.then(() => this.#programs.delete(program));
    try {
      await program.started();
      if (this.#isLeft) throw new LabError(`Node ${this.id} was let go of`, [], "Attach again.");
      return program;
    } catch (error) {
      program.kill("SIGKILL");
      program.letGo();
      throw error;
    }
  }

  async inspect(): Promise<NodeInspection> {
    const { State } = await this.#inspect();
    if (!State.Running) return DEAD;
    try {
      const port = await this.#port(State.Pid);
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
    const { hand } = this.#around;
    const init = await this.#init();
    const port = await this.#port(init);
    this.#mayEnd = true;
    const cut =
      options.silent === true
        ? await hand.ask({ kind: "set-link", port, connected: false }, options.atNs)
        : null;
    const killed = await this.#killAll(init, cut === null ? options.atNs : undefined);
    await this.#ended();
    return cut === null ? killed : momentBetween(cut.fromNs, cut.toNs);
  }

  async stop(options: AtOptions & { readonly graceMs: number }): Promise<Moment> {
    await this.#init();
    this.#mayEnd = true;
    await beforeCall(options.atNs);
    const moment = await timed(() => this.#around.engine.signal(this.#container.id, "SIGTERM"));
    this.#stopping = this.#endStop(options.graceMs);
    // Nobody waits for it unless the node is started again.
    this.#stopping.catch(() => undefined);
    return moment;
  }

  async pause(options: AtOptions = {}): Promise<Moment> {
    await this.#init();
    await beforeCall(options.atNs);
    return timed(() => this.#around.engine.pause(this.#container.id));
  }

  async resume(): Promise<Moment> {
    await this.#init();
    return timed(() => this.#around.engine.unpause(this.#container.id));
  }

  async start(): Promise<Moment> {
    await this.#stopping;
    const { State } = await this.#inspect();
    if (State.Running) {
      throw new LabError(`Node ${this.id} is running already`, [], "Kill or stop it first.");
    }
    // The end of what it told in its earlier life may be heard only now, and is no end of this one.
    this.#log = undefined;
    this.#pids.clear();
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

  isolate(options: AtOptions = {}): Promise<Moment> {
    return this.#setLink(false, options.atNs);
  }

  rejoin(): Promise<Moment> {
    return this.#setLink(true);
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
    const done = await this.#around.hand.ask(action, atNs);
    return momentBetween(done.fromNs, done.toNs);
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
      const isWhole = this.#spec.processes.every(({ name }) => this.#pids.has(name));
      if (isWhole || !this.#hasAgent) return;
      await this.kill();
    }
    await this.start();
  }

  /** Ends what was spawned into it, and listens no more. */
  async leave(): Promise<void> {
    this.#mayEnd = true;
    this.#isLeft = true;
    const programs = [...this.#programs];
    for (const program of programs) program.kill("SIGKILL");
    await Promise.allSettled(programs.map((program) => endOf(program, `A program in ${this.id}`)));
    for (const program of programs) program.letGo();
    for (const log of this.#followed) log.close();
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

  #port(init: number): Promise<string> {
    if (this.#life?.init !== init) this.#life = { init, port: undefined };
    this.#life.port ??= this.#around.hand
      .ask({ kind: "find-port", init })
      .then(({ findings }) => findings.port ?? "");
    return this.#life.port;
  }

  async #setLink(connected: boolean, atNs?: bigint): Promise<Moment> {
    const port = await this.#port(await this.#init());
    const done = await this.#around.hand.ask({ kind: "set-link", port, connected }, atNs);
    return momentBetween(done.fromNs, done.toNs);
  }

  async #signal(name: string, signal: SeenSignal, atNs?: bigint): Promise<Moment> {
    const process_ = await this.#processOf(name);
    const action = { kind: "signal-tree", node: this.id, ...process_, signal } as const;
    const done = await this.#around.hand.ask(action, atNs);
    return momentBetween(done.fromNs, done.toNs);
  }

  /** One of its processes as the hand finds it. @throws UnknownName, LabError when it has ended */
  async #processOf(name: string): Promise<{ readonly init: number; readonly innerPid: number }> {
    const known = this.#spec.processes.map((process_) => process_.name);
    if (!known.includes(name)) throw new UnknownName(`process on node ${this.id}`, name, known);
    const init = await this.#init();
    const innerPid = this.#pids.get(name);
    if (innerPid === undefined) {
      const running = [...this.#pids.keys()].join(", ");
      throw new LabError(
        `Node ${this.id} runs no process "${name}"`,
        [],
        `Its processes are: ${running || "none"}.`,
      );
    }
    return { init, innerPid };
  }

  /**
   * Every process at once. The engine's own kill reaches the first process, and the kernel the others
   * some 10 to 60 ms later, one by one. A frozen container however only the engine can kill.
   */
  async #killAll(init: number, atNs: bigint | undefined): Promise<Moment> {
    const { engine, hand } = this.#around;
    if ((await this.#inspect()).State.Paused) {
      await beforeCall(atNs);
      return timed(async () => {
        await engine.signal(this.#container.id, "SIGKILL");
        await this.#ended();
      });
    }
    const done = await hand.ask({ kind: "kill", node: this.id, init }, atNs);
    return momentBetween(done.fromNs, done.toNs);
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

  async #onLogEnded(log: ContainerLog): Promise<void> {
    this.#followed.delete(log);
    if (this.#mayEnd || this.#log !== log) return;
    const how = await this.#inspect().then(
      ({ State }) => (State.Running ? null : `code ${State.ExitCode}`),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    // Something may have been done to it while it was looked at.
    if (this.#mayEnd || this.#log !== log) return;
    this.#around.onEnded(how ?? "the engine no longer tells what it writes");
  }

  #note({ node, type, data }: TimelineEvent): void {
    const { name, pid } = data;
    if (node !== this.id || typeof name !== "string") return;
    const isNew = type === "process.started" || type === "process.replaced";
    if (isNew && typeof pid === "number") this.#pids.set(name, pid);
    if (type === "process.exited") this.#pids.delete(name);
  }
}

/** Waits until a call has to be made for its effect to fall on a time. */
async function beforeCall(atNs: bigint | undefined): Promise<void> {
  if (atNs !== undefined) await untilTime(atNs - CALL_TAKES_NS);
}

/** Something whose effect falls between the call and the answer. */
async function timed(act: () => Promise<void>): Promise<Moment> {
  const fromNs = process.hrtime.bigint();
  await act();
  return momentBetween(fromNs, process.hrtime.bigint());
}
