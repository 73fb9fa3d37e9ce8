import { setTimeout as sleep } from "node:timers/promises";
import type {
  Deployment,
  Environment,
  Moment,
  RunningNode,
  SpawnedProcess,
  SpawnOptions,
  TimelineEvent,
} from "../../chaos/environment/environment.ts";
import { LabError, UnknownName } from "../../chaos/environment/errors.ts";
import type { Fault } from "../../chaos/faults/fault.ts";
import { injectWithJournal } from "../../chaos/faults/injected.ts";
import type { CpuTicks } from "../../chaos/measurement/cpu-time.ts";
import {
  PROBE_PROTOCOL,
  type ProbePlan,
  type ProberInput,
  type ProberOutput,
  type ProberQuality,
  type ProbeRecord,
  type Traffic,
} from "../../chaos/measurement/probe.ts";
import type { Topology } from "../../stacks/topology.ts";

/** Moments at which a test can throw, stop the run, or look. */
export type Step = "deploy" | "spawn" | "prepare" | "inject" | "verify" | "heal" | "dispose";

/** How the system behaves, and what happens at each step; all of it may be changed as it runs. */
export interface Behaviour {
  /** Requests that begin within this time after the fault time out. */
  outageMs: number;
  /** How late every probe is sent. */
  lateMs: number;
  /** What the prober says of itself, beside its counts. */
  quality: Partial<ProberQuality>;
  /** What the prober of such traffic says instead. */
  qualityOf: Partial<Record<Traffic["kind"], Partial<ProberQuality>>>;
  /** CPU time that is stolen from the machine during each trial's fault. */
  stolenMs: number;
  /** What a look at the fault sees. */
  active: boolean;
  readonly at: Partial<Record<Step, (trial: number) => void | Promise<void>>>;
}

/** Beats of the made-up heartbeat are exactly so far apart. */
export const BEAT_MS = 10;
const LATENCY_NS = 200_000n;
const TICK_MS = 1;

export const GOOD_QUALITY: Omit<ProberQuality, "intended" | "sent"> = {
  lagP50Ms: 0.1,
  lagP99Ms: 0.3,
  lagMaxMs: 0.5,
  eventLoopDelayP99Ms: 1,
  dropped: 0,
  maxOutstanding: 2,
  cpuShare: 0.1,
};

/**
 * A topology that runs in memory: one client whose prober sees every request answered, except within
 * the outage after the fault. Its clock is the real one, so trials take tens of milliseconds.
 */
export class FakeEnvironment implements Environment {
  readonly kind = "namespace";
  readonly behaviour: Behaviour = {
    outageMs: 10,
    lateMs: 0,
    quality: {},
    qualityOf: {},
    stolenMs: 0,
    active: true,
    at: {},
  };
  /** Everything that was done, in order, over all trials. */
  readonly log: string[] = [];
  /** Deployments and probers that are not ended. */
  readonly alive = new Set<object>();
  readonly lost = new AbortController();
  injectedNs: bigint | null = null;
  #trial = -1;
  #stolenTicks = 0;

  async deploy(topology: Topology, signal?: AbortSignal): Promise<Deployment> {
    this.#trial += 1;
    this.injectedNs = null;
    await this.step("deploy");
    signal?.throwIfAborted();
    return new FakeDeployment(topology, this);
  }

  attach(): Promise<Deployment> {
    return Promise.reject(new LabError("There is nothing to join", []));
  }

  async step(step: Step): Promise<void> {
    this.log.push(step);
    await this.behaviour.at[step]?.(this.#trial);
    if (step === "inject") this.#stolenTicks += this.behaviour.stolenMs / 10;
  }

  /** The CPU time of the machine that it pretends to run on. */
  readonly cpuTicks = (): CpuTicks => ({ total: 1e6, steal: this.#stolenTicks });
}

class FakeDeployment implements Deployment {
  readonly topology: Topology;
  readonly lost: AbortSignal;
  readonly #world: FakeEnvironment;
  readonly #startNs = process.hrtime.bigint() - BigInt(10 * BEAT_MS * 1e6);

  constructor(topology: Topology, world: FakeEnvironment) {
    this.topology = topology;
    this.lost = world.lost.signal;
    this.#world = world;
    world.alive.add(this);
  }

  node(id: string): RunningNode {
    const ids = this.topology.nodes.map((node) => node.id);
    if (!ids.includes(id)) throw new UnknownName("node", id, ids);
    const world = this.#world;
    const cannot = (): Promise<never> =>
      Promise.reject(new LabError("The fake cannot do that", []));
    return {
      id,
      spawn: async (_argv, options = {}) => {
        await world.step("spawn");
        return fakeProber(world, options);
      },
      inspect: cannot,
      kill: cannot,
      stop: cannot,
      pause: cannot,
      resume: cannot,
      start: cannot,
      isolate: cannot,
      rejoin: cannot,
      killProcess: cannot,
      pauseProcess: cannot,
      resumeProcess: cannot,
      signalProcess: cannot,
    };
  }

  supports(): true {
    return true;
  }

  onEvent(): () => void {
    return () => undefined;
  }

  /** The address is on lb-a, whose adverts come exactly on time until the fault. */
  events(): readonly TimelineEvent[] {
    const address = this.topology.virtualAddress?.address ?? null;
    const events = [event("address.added", "lb-a", this.#startNs, { address })];
    const end = this.#world.injectedNs ?? process.hrtime.bigint();
    for (let at = this.#startNs; at < end; at += BigInt(BEAT_MS * 1e6)) {
      events.push(event("vrrp.advert", "lb-b", at, { priority: 250 }));
    }
    return events;
  }

  waitForEvent(): Promise<TimelineEvent> {
    return Promise.reject(new LabError("The fake has no events to come", []));
  }

  lastOutput(): readonly string[] {
    return [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world.step("dispose");
    this.#world.alive.delete(this);
  }
}

/** A fault of the fake: healed, it lets requests through at once. */
export function fakeFault(world: FakeEnvironment, target = "lb-a"): Fault {
  return {
    kind: "fake",
    title: `fake fault of ${target}`,
    check: (topology) => {
      const known = topology.nodes.map(({ id }) => id);
      if (!known.includes(target)) throw new UnknownName("node", target, known);
    },
    targets: () => [target],
    prepare: async () => {
      await world.step("prepare");
      return {
        aim: () => target,
        inject: ({ atNs, journal }) =>
          injectWithJournal(
            journal,
            { fault: "fake", target, undo: `heal ${target}` },
            {
              act: async () => {
                if (atNs !== undefined) {
                  await sleep(Math.max(0, Number(atNs - process.hrtime.bigint()) / 1e6));
                }
                await world.step("inject");
                world.injectedNs = process.hrtime.bigint();
                return moment(world.injectedNs);
              },
              verify: async () => {
                await world.step("verify");
                return { active: world.behaviour.active, evidence: "asked the fake" };
              },
              undo: async () => {
                await world.step("heal");
                return moment(process.hrtime.bigint());
              },
            },
          ),
        [Symbol.asyncDispose]: async () => void world.log.push("let go"),
      };
    },
  };
}

/** Answers exactly as planned, in batches; what it is asked and says is what the real one would. */
function fakeProber(world: FakeEnvironment, { onStdout }: SpawnOptions): SpawnedProcess {
  const exited = Promise.withResolvers<{ code: number | null; signal: string | null }>();
  const say = (output: ProberOutput): void => onStdout?.(JSON.stringify(output));
  const self = {};
  world.alive.add(self);
  let timer: NodeJS.Timeout | undefined;
  let seq = 0;
  let sends: Traffic["kind"] = "fresh";
  const end = (signal: string | null): void => {
    clearInterval(timer);
    world.alive.delete(self);
    exited.resolve({ code: signal === null ? 0 : null, signal });
  };
  let answer: () => void = () => undefined;
  const begin = (plan: ProbePlan): void => {
    const startNs = process.hrtime.bigint();
    const intervalNs = BigInt(Math.round(1e9 / plan.ratePerSecond));
    sends = plan.traffic.kind;
    say({ kind: "started", startNs: startNs.toString() });
    answer = () => {
      const records: ProbeRecord[] = [];
      const now = process.hrtime.bigint();
      for (; startNs + BigInt(seq) * intervalNs + LATENCY_NS <= now; seq += 1) {
        records.push(probeOf(world, sends, seq, startNs + BigInt(seq) * intervalNs));
      }
      if (records.length > 0) say({ kind: "records", records });
    };
    timer = setInterval(answer, TICK_MS);
  };
  setImmediate(() => say({ kind: "ready", protocol: PROBE_PROTOCOL }));
  return {
    write: (line) => {
      const input = JSON.parse(line) as ProberInput;
      if (!("command" in input)) return begin(input);
      if (input.command === "account-anew") return;
      // However long this process stood still, what was due has been sent.
      answer();
      const own = world.behaviour.qualityOf[sends] ?? world.behaviour.quality;
      const quality = { ...GOOD_QUALITY, intended: seq, sent: seq, ...own };
      say({ kind: "done", quality });
      end(null);
    },
    end: () => undefined,
    kill: (signal) => end(signal),
    exited: exited.promise,
  };
}

function probeOf(
  world: FakeEnvironment,
  sends: Traffic["kind"],
  seq: number,
  intendedNs: bigint,
): ProbeRecord {
  const { injectedNs, behaviour } = world;
  const sinceMs = injectedNs === null ? -1 : Number(intendedNs - injectedNs) / 1e6;
  const sentNs = intendedNs + BigInt(Math.round(behaviour.lateMs * 1e6));
  const ok = sinceMs < 0 || sinceMs >= behaviour.outageMs;
  return {
    seq,
    class: sends,
    intendedNs: intendedNs.toString(),
    sentNs: sentNs.toString(),
    completedNs: (sentNs + LATENCY_NS).toString(),
    outcome: ok ? "ok" : "timeout",
    status: ok ? 200 : null,
    node: ok ? "web-1" : null,
    balancer: ok ? "lb-a" : null,
    bytes: ok ? 2 : 0,
  };
}

function moment(monotonicNs: bigint): Moment {
  return { monotonicNs, uncertaintyNs: 0n };
}

function event(
  type: TimelineEvent["type"],
  node: string,
  at: bigint,
  data: TimelineEvent["data"],
): TimelineEvent {
  return {
    schema: "evenkeel.event/1",
    node,
    process: "fake",
    monotonicNs: at.toString(),
    type,
    data,
  };
}
