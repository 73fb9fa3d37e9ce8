import type { TopologyNode } from "../../../stacks/topology.ts";
import type {
  AtOptions,
  Moment,
  NodeInspection,
  RunningNode,
  SpawnedProcess,
  SpawnOptions,
  ToldSignal,
  TimelineEvent,
} from "../environment.ts";
import { LabError } from "../errors.ts";
import { requireProcess } from "../require-process.ts";
import type { LabClient } from "./lab-client.ts";

/** What a node needs of the deployment it belongs to. */
interface Surroundings {
  /** Resolves with the node's next `node.ready` after that time. */
  readonly ready: (afterNs: bigint) => Promise<TimelineEvent>;
  /** Whether, from now on, the end of the node is no error. */
  readonly mayEnd: (allowed: boolean) => void;
}

/** A stop may be under way, which has to end first. */
const START_MS = 60_000;

/** One node of a lab. */
export class NamespaceNode implements RunningNode {
  readonly id: string;
  readonly #spec: TopologyNode;
  readonly #lab: LabClient;
  readonly #surroundings: Surroundings;

  constructor(spec: TopologyNode, lab: LabClient, surroundings: Surroundings) {
    this.id = spec.id;
    this.#spec = spec;
    this.#lab = lab;
    this.#surroundings = surroundings;
  }

  spawn(argv: readonly string[], options?: SpawnOptions): Promise<SpawnedProcess> {
    return this.#lab.spawn(this.id, argv, options);
  }

  async inspect(): Promise<NodeInspection> {
    const { inspection } = await this.#lab.act(this.id, { kind: "inspect" });
    if (inspection === undefined) throw new LabError(`Node ${this.id} was not looked at`, []);
    return inspection;
  }

  kill(options: AtOptions & { readonly silent?: boolean } = {}): Promise<Moment> {
    this.#surroundings.mayEnd(true);
    return this.#lab.act(this.id, { kind: "kill", silent: options.silent ?? false }, options.atNs);
  }

  stop(options: AtOptions & { readonly graceMs: number }): Promise<Moment> {
    this.#surroundings.mayEnd(true);
    return this.#lab.act(this.id, { kind: "stop", graceMs: options.graceMs }, options.atNs);
  }

  pause(options: AtOptions = {}): Promise<Moment> {
    return this.#lab.act(this.id, { kind: "pause" }, options.atNs);
  }

  resume(): Promise<Moment> {
    return this.#lab.act(this.id, { kind: "resume" });
  }

  async start(): Promise<Moment> {
    const started = await this.#lab.act(this.id, { kind: "start" }, undefined, START_MS);
    this.#surroundings.mayEnd(false);
    const ready = await this.#surroundings.ready(started.monotonicNs - started.uncertaintyNs);
    return { monotonicNs: BigInt(ready.monotonicNs), uncertaintyNs: 0n };
  }

  isolate(options: AtOptions = {}): Promise<Moment> {
    return this.#lab.act(this.id, { kind: "isolate" }, options.atNs);
  }

  rejoin(): Promise<Moment> {
    return this.#lab.act(this.id, { kind: "rejoin" });
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
    requireProcess(this.#spec, name);
    return this.#lab.act(this.id, { kind: "tell-process", name, signal }, atNs);
  }

  async #signal(
    name: string,
    signal: "SIGKILL" | "SIGSTOP" | "SIGCONT",
    atNs?: bigint,
  ): Promise<Moment> {
    requireProcess(this.#spec, name);
    return this.#lab.act(this.id, { kind: "signal-process", name, signal }, atNs);
  }
}
