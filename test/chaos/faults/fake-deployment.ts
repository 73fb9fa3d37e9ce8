import type {
  Deployment,
  Moment,
  NodeInspection,
  RunningNode,
  SpawnedProcess,
  TimelineEvent,
} from "../../../chaos/environment/environment.ts";
import { EventStream } from "../../../chaos/environment/event-stream.ts";
import type { PendingIntent, UndoIntent, UndoJournal } from "../../../chaos/faults/fault.ts";
import { nodeOf, type Topology } from "../../../stacks/topology.ts";

/** An event of a node. */
export function eventOf(
  node: string,
  type: TimelineEvent["type"],
  data: TimelineEvent["data"] = {},
  monotonicNs = process.hrtime.bigint(),
): TimelineEvent {
  return {
    schema: "evenkeel.event/1",
    node,
    process: "agent",
    monotonicNs: monotonicNs.toString(),
    type,
    data,
  };
}

/** A deployment that runs nothing: what is done to its nodes is written down, and done at once. */
export class FakeDeployment implements Deployment {
  readonly topology: Topology;
  readonly lost = new AbortController().signal;
  readonly stream = new EventStream();
  /** `kill app-1`, in order. */
  readonly calls: string[] = [];
  /** Calls that fail, with their error. */
  readonly failing = new Map<string, Error>();
  readonly inspections = new Map<string, NodeInspection>();

  constructor(topology: Topology) {
    this.topology = topology;
  }

  node(id: string): RunningNode {
    nodeOf(this.topology, id);
    const act = (what: string) => (): Promise<Moment> => {
      const call = `${what} ${id}`;
      this.calls.push(call);
      const error = this.failing.get(call);
      if (error !== undefined) return Promise.reject(error);
      return Promise.resolve({ monotonicNs: process.hrtime.bigint(), uncertaintyNs: 0n });
    };
    return {
      id,
      spawn: (): Promise<SpawnedProcess> => Promise.reject(new Error("This node runs nothing.")),
      inspect: () => {
        const error = this.failing.get(`inspect ${id}`);
        if (error !== undefined) return Promise.reject(error);
        const alive = { running: 3, stopped: 0, connected: true };
        return Promise.resolve(this.inspections.get(id) ?? alive);
      },
      kill: (options) => act(options?.silent === true ? "silent-kill" : "kill")(),
      stop: act("stop"),
      pause: act("pause"),
      resume: act("resume"),
      start: act("start"),
      isolate: act("isolate"),
      rejoin: act("rejoin"),
      killProcess: (name) => act(`kill-process ${name}`)(),
      pauseProcess: (name) => act(`pause-process ${name}`)(),
      resumeProcess: (name) => act(`resume-process ${name}`)(),
      signalProcess: (name, signal) => act(`${signal} ${name}`)(),
    };
  }

  supports(): true {
    return true;
  }

  onEvent(listener: (event: TimelineEvent) => void): () => void {
    return this.stream.listen(listener);
  }

  events(): readonly TimelineEvent[] {
    return this.stream.all();
  }

  waitForEvent(
    matches: (event: TimelineEvent) => boolean,
    options: { readonly deadlineMs: number; readonly waitingFor: string },
  ): Promise<TimelineEvent> {
    return this.stream.waitFor(matches, { ...options, lastOutput: () => [] });
  }

  lastOutput(): readonly string[] {
    return [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** A journal in memory. `whenIntended` and `whenDone` look at the world at those moments. */
export class FakeJournal implements UndoJournal {
  readonly lines: string[] = [];
  readonly intents: UndoIntent[] = [];
  readonly #whenIntended: () => void | Promise<void>;
  readonly #whenDone: () => void | Promise<void>;

  constructor(
    whenIntended: () => void | Promise<void> = () => undefined,
    whenDone: () => void | Promise<void> = () => undefined,
  ) {
    this.#whenIntended = whenIntended;
    this.#whenDone = whenDone;
  }

  async intend(intent: UndoIntent): Promise<PendingIntent> {
    await this.#whenIntended();
    this.intents.push(intent);
    this.lines.push("intent");
    return {
      done: async () => {
        await this.#whenDone();
        this.lines.push("done");
      },
      letGo: () => undefined,
    };
  }
}
