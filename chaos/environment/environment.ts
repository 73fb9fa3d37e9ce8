import type { EventLine } from "../../balancer/index.ts";
import type { Topology } from "../../stacks/topology.ts";

/**
 * Where a topology runs, as the experiment engine sees it. Two implementations: rootless network
 * namespaces and Docker containers. One contract suite runs against both.
 */

/** When something took effect, on CLOCK_MONOTONIC, which all nodes of one kernel share. */
export interface Moment {
  readonly monotonicNs: bigint;
  /** The effect lies within this distance before or after. */
  readonly uncertaintyNs: bigint;
}

/** An event of any process, node or the environment itself, on one clock. */
export type TimelineEvent = EventLine;

/** The ways in which a node can be hurt; an environment says which it can do. */
export type NodeFaultKind =
  | "kill"
  | "silent-kill"
  | "stop"
  | "pause"
  | "isolate"
  | "kill-process"
  | "pause-process"
  | "stop-process";

/** Starts a topology, or finds one that runs. */
export interface Environment {
  readonly kind: "namespace" | "docker";
  /** Runs the topology and resolves when every readiness check holds. */
  deploy(topology: Topology, signal?: AbortSignal): Promise<Deployment>;
  /** Joins a topology that runs already. */
  attach(topologyId: string, signal?: AbortSignal): Promise<Deployment>;
}

/** A running topology. Disposing heals; it ends only what `deploy` started. */
export interface Deployment extends AsyncDisposable {
  readonly topology: Topology;
  /** Aborted, with the reason, when it can no longer be trusted: its host died, or a node ended by itself. */
  readonly lost: AbortSignal;
  /** @throws RangeError that lists the known ids */
  node(id: string): RunningNode;
  supports(fault: NodeFaultKind): true | { readonly reason: string };
  /** Calls back for each event from now on; returns the way to end that. */
  onEvent(listener: (event: TimelineEvent) => void): () => void;
  /** Every event since the deployment began. */
  events(): readonly TimelineEvent[];
  /** Resolves with the first event, past or to come, that matches; rejects at the deadline with the node's last output. */
  waitForEvent(
    matches: (event: TimelineEvent) => boolean,
    options: {
      readonly deadlineMs: number;
      readonly waitingFor: string;
      /** Node whose last output the error shows. */
      readonly node?: string;
    },
  ): Promise<TimelineEvent>;
  /** The last lines a node wrote, newest last, for error messages. */
  lastOutput(nodeId: string): readonly string[];
}

/** What is seen of a node from outside. */
export interface NodeInspection {
  /** Processes that run or could run; 0 for a dead node. */
  readonly running: number;
  /** Processes that are frozen. */
  readonly stopped: number;
  readonly connected: boolean;
}

/** Signals by which an operator tells a process something. */
export type ToldSignal = "SIGHUP" | "SIGUSR1" | "SIGUSR2";

/** Options of everything that hurts. */
export interface AtOptions {
  /** Act at this time on CLOCK_MONOTONIC (the environment spins the last part); at once when absent or past. */
  readonly atNs?: bigint;
}

/** One machine of the topology. The ways to be dead are different faults. */
export interface RunningNode {
  readonly id: string;
  /** Runs a program inside the node, its standard streams as lines. */
  spawn(argv: readonly string[], options?: SpawnOptions): Promise<SpawnedProcess>;
  /** Looks at the node from outside: what runs, and whether it is connected. */
  inspect(): Promise<NodeInspection>;
  /** As `docker kill`: every process at once; the kernel still closes sockets. Silent: the link goes first, nobody hears of it. */
  kill(options?: AtOptions & { readonly silent?: boolean }): Promise<Moment>;
  /** SIGTERM to the node agent; kill after `graceMs`. Resolves as soon as the signal is sent, with that moment. */
  stop(options: AtOptions & { readonly graceMs: number }): Promise<Moment>;
  /** Freezes every process; the kernel of the node still answers. */
  pause(options?: AtOptions): Promise<Moment>;
  resume(): Promise<Moment>;
  /** Starts a node that is dead, at its old addresses, and waits until it is ready. */
  start(): Promise<Moment>;
  /** Cuts the node off; its own carrier stays up. */
  isolate(options?: AtOptions): Promise<Moment>;
  rejoin(): Promise<Moment>;
  /** SIGKILL to one process and its children. @throws RangeError that lists the known processes */
  killProcess(name: string, options?: AtOptions): Promise<Moment>;
  pauseProcess(name: string, options?: AtOptions): Promise<Moment>;
  resumeProcess(name: string): Promise<Moment>;
  /** One of these to one process alone; what it makes of it is its own affair. @throws RangeError that lists the known processes */
  signalProcess(name: string, signal: ToldSignal, options?: AtOptions): Promise<Moment>;
}

export interface SpawnOptions {
  /** With the rights over the node's network, which its own programs may lack. @default false */
  readonly networkAdmin?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStdout?: (line: string) => void;
  readonly onStderr?: (line: string) => void;
}

/** A program that was started inside a node. */
export interface SpawnedProcess {
  /** Writes one line to its standard input. */
  write(line: string): void;
  /** Closes its standard input. */
  end(): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Resolves when it has ended and all its output was delivered. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}
