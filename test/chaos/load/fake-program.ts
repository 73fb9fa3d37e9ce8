import type {
  RunningNode,
  SpawnedProcess,
  SpawnOptions,
} from "../../../chaos/environment/environment.ts";
import { ProberStream } from "../../../chaos/load/prober-stream.ts";
import {
  PROBE_PROTOCOL,
  type Outcome,
  type ProbePlan,
  type ProberOutput,
  type ProberQuality,
  type ProbeRecord,
} from "../../../chaos/measurement/probe.ts";

/** A program in a node that says and ends what a test tells it to. */
export class FakeProgram implements SpawnedProcess {
  readonly written: unknown[] = [];
  readonly signals: string[] = [];
  argv: readonly string[] = [];
  readonly #ended = Promise.withResolvers<{ code: number | null; signal: string | null }>();
  readonly exited = this.#ended.promise;
  #options: SpawnOptions = {};
  /** Called with every line that is written to it. */
  onWrite: (line: unknown) => void = () => undefined;

  /** A node that can do nothing but start this program. */
  get node(): RunningNode {
    const spawn = (argv: readonly string[], options: SpawnOptions = {}) => {
      this.argv = argv;
      this.#options = options;
      return Promise.resolve(this);
    };
    // Only `spawn` is asked of it.
    return { id: "client", spawn } as Partial<RunningNode> as RunningNode;
  }

  say(value: unknown): void {
    this.sayLine(JSON.stringify(value));
  }

  /** Says this as it is. */
  sayLine(line: string): void {
    this.#options.onStdout?.(line);
  }

  complain(line: string): void {
    this.#options.onStderr?.(line);
  }

  write(line: string): void {
    const value: unknown = JSON.parse(line);
    this.written.push(value);
    this.onWrite(value);
  }

  end(): void {
    this.exit(0);
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.signals.push(signal);
    this.#ended.resolve({ code: null, signal });
  }

  exit(code: number): void {
    this.#ended.resolve({ code, signal: null });
  }
}

/** A plan that nobody carries out. */
export const PLAN: ProbePlan = {
  protocol: PROBE_PROTOCOL,
  run: "test",
  trial: 0,
  addresses: ["198.18.7.10"],
  port: 80,
  path: "/",
  headers: {},
  ratePerSecond: 200,
  arrivals: { kind: "constant" },
  traffic: { kind: "fresh" },
  retries: 0,
  seed: 1,
  connectTimeoutMs: 250,
  totalTimeoutMs: 250,
  maxDurationMs: 60_000,
  expectNodes: [],
};

export const QUALITY: ProberQuality = {
  lagP50Ms: 0.1,
  lagP99Ms: 0.4,
  lagMaxMs: 2,
  eventLoopDelayP99Ms: 1,
  intended: 3,
  sent: 3,
  dropped: 0,
  maxOutstanding: 1,
  cpuShare: 0.1,
};

/** A probe that ended like this; the rest of it does not matter. */
export function record(intendedNs: bigint, outcome: Outcome = "ok", lateNs = 0n): ProbeRecord {
  const at = intendedNs.toString();
  const sent = (intendedNs + lateNs).toString();
  return {
    seq: 0,
    class: "fresh",
    intendedNs: at,
    sentNs: sent,
    completedNs: sent,
    outcome,
    status: outcome === "ok" ? 200 : null,
    node: null,
    balancer: null,
    bytes: 0,
  };
}

/** A prober whose schedule has begun. */
export async function startedProber(): Promise<{
  readonly program: FakeProgram;
  readonly stream: ProberStream;
  readonly take: (...records: readonly ProbeRecord[]) => void;
}> {
  const program = new FakeProgram();
  const say = (output: ProberOutput): void => program.say(output);
  program.onWrite = () => say({ kind: "started", startNs: "1" });
  const starting = ProberStream.start(program.node, PLAN);
  queueMicrotask(() => say({ kind: "ready", protocol: PROBE_PROTOCOL }));
  const stream = await starting;
  program.onWrite = () => undefined;
  return { program, stream, take: (...records) => say({ kind: "records", records }) };
}
