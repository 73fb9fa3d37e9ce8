import { endOf } from "../environment/end-of-program.ts";
import { notAnObject, objectOfLine } from "../environment/json-line.ts";
import { FaultError } from "../faults/fault.ts";
import type { RunningNode, SpawnedProcess } from "../environment/environment.ts";
import { nsOfMs } from "../measurement/monotonic.ts";
import { MAX_LAG_P99_MS } from "../measurement/prober-quality.ts";
import {
  PROBE_PROTOCOL,
  type ProbePlan,
  type ProberInput,
  type ProberOutput,
  type ProberQuality,
  type ProbeRecord,
} from "../measurement/probe.ts";

/** A probe that was sent so much after its time is late. */
const LATE_NS = nsOfMs(MAX_LAG_P99_MS);
/** From the start of the program to its first probe. */
const START_MS = 5_000;
/** Beyond the last probe's timeout, for its last batch and its own account. */
const STOP_MS = 3_000;

/** What a long-lived load last told of its connections. */
type OpenConnections = Extract<ProberOutput, { readonly kind: "open" }>;

/** A prober that sends, open-loop, from a node. */
export class ProberStream implements AsyncDisposable {
  readonly #process: SpawnedProcess;
  readonly #plan: ProbePlan;
  /** Id of the load that it sends; undefined for the main one. */
  readonly #load: string | undefined;
  readonly #records: ProbeRecord[] = [];
  #open: OpenConnections | null = null;
  #lastFailureNs: bigint | null = null;
  #lastSuccessNs: bigint | null = null;
  #lastLateNs: bigint | null = null;
  #quality: ProberQuality | null = null;
  #toldToStop = false;
  #toldToEnd = false;
  readonly #done: Promise<ProberQuality>;

  private constructor(
    process_: SpawnedProcess,
    plan: ProbePlan,
    load: string | undefined,
    done: Promise<ProberQuality>,
  ) {
    this.#process = process_;
    this.#plan = plan;
    this.#load = load;
    this.#done = done;
  }

  /**
   * Starts a prober in a node; resolves when its schedule has begun.
   *
   * @param load id of the load beside the main one that it sends. @default the main one
   * @throws FaultError when it does not start, or speaks another version
   */
  static async start(node: RunningNode, plan: ProbePlan, load?: string): Promise<ProberStream> {
    const failed = (how: string): FaultError => failedBy(load, how);
    const complaints: string[] = [];
    const ready = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const done = Promise.withResolvers<ProberQuality>();
    // Told to whoever asks, which may be nobody: the first thing that goes wrong ends the start.
    for (const { promise } of [ready, started, done]) promise.catch(() => undefined);
    const fail = (error: FaultError): void => {
      for (const waiting of [ready, started, done]) waiting.reject(error);
    };
    const seen: { stream?: ProberStream } = {};
    const wasToldToStop = (): boolean => seen.stream !== undefined && seen.stream.#toldToStop;
    const process_ = await node.spawn(["evenkeel-prober"], {
      onStdout: (line) => {
        const output = objectOfLine(line) as ProberOutput | undefined;
        if (output === undefined) {
          const { stream } = seen;
          // A program that is killed may be within a line.
          if (stream === undefined || !stream.#toldToEnd) fail(failed(notAnObject(line)));
          return;
        }
        switch (output.kind) {
          case "ready":
            if (output.protocol === PROBE_PROTOCOL) return ready.resolve();
            return ready.reject(failed(`speaks ${output.protocol}, not ${PROBE_PROTOCOL}`));
          case "refused":
            return started.reject(failed(output.reason));
          case "started":
            return started.resolve();
          case "records":
            return seen.stream?.take(output.records);
          case "open":
            return seen.stream?.takeOpen(output);
          case "done":
            // Whatever comes after it would seem to go well: nobody asks.
            if (!wasToldToStop()) return fail(failed("ended before its trial did"));
            return done.resolve(output.quality);
        }
      },
      onStderr: (line) => complaints.push(line),
    });
    void process_.exited.then(() => {
      fail(failed(`ended by itself: ${complaints.slice(-3).join(" ")}`));
    });
    const stream = new ProberStream(process_, plan, load, done.promise);
    seen.stream = stream;
    try {
      await within(ready.promise, START_MS, failed, "did not start");
      stream.#send(plan);
      await within(started.promise, START_MS, failed, "did not begin its schedule");
      return stream;
    } catch (error) {
      await stream[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Every probe so far, in the order in which they ended. */
  get records(): readonly ProbeRecord[] {
    return this.#records;
  }

  /**
   * Intended time of the latest probe that failed; null when none did. Of `long-lived`, when one of its
   * connections was last seen to be lost, or not to be open yet.
   */
  get lastFailureNs(): bigint | null {
    return this.#lastFailureNs;
  }

  /**
   * Intended time of the latest probe that succeeded; null when none did. Of `long-lived`, when all of
   * its connections were last seen to be open.
   */
  get lastSuccessNs(): bigint | null {
    return this.#lastSuccessNs;
  }

  /** Intended time of the latest probe that was sent too late to be trusted; null when none was. */
  get lastLateNs(): bigint | null {
    return this.#lastLateNs;
  }

  /** What the prober will say of itself begins here. */
  accountAnew(): void {
    this.#send({ command: "account-anew" });
  }

  /** Sends no more, waits for what is open, and returns the prober's own account. */
  async stop(): Promise<ProberQuality> {
    this.#toldToStop = true;
    this.#send({ command: "stop" });
    this.#quality ??= await within(
      this.#done,
      this.#plan.totalTimeoutMs + STOP_MS,
      (how) => failedBy(this.#load, how),
      "did not end after its last probe",
    );
    return this.#quality;
  }

  /** Ends the program, whatever it does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#toldToEnd = true;
    if (this.#quality === null) this.#process.kill("SIGKILL");
    await endOf(this.#process, whoSends(this.#load));
  }

  /** What was seen so far, in words: `12 ok, 3 timeout`; of a load beside the main one with its id. */
  get words(): string {
    const outcomes = new Map<string, number>();
    for (const { outcome } of this.#records)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const seen = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`);
    const { traffic } = this.#plan;
    if (traffic.kind === "long-lived") {
      const { count = 0, lost = 0 } = this.#open ?? {};
      seen.unshift(`${count} of ${traffic.connections} connections open, ${lost} lost`);
    }
    const told = seen.join(", ") || "no probe ended";
    return this.#load === undefined ? told : `load ${this.#load}: ${told}`;
  }

  /** Takes what a long-lived load tells of its connections. */
  takeOpen(open: OpenConnections): void {
    const lostBefore = this.#open?.lost ?? 0;
    this.#open = open;
    const { traffic } = this.#plan;
    const at = BigInt(open.atNs);
    if (traffic.kind === "long-lived" && open.count >= traffic.connections) {
      this.#lastSuccessNs = later(this.#lastSuccessNs, at);
    } else if (this.#lastSuccessNs === null || open.lost > lostBefore) {
      this.#lastFailureNs = later(this.#lastFailureNs, at);
    }
  }

  /** Takes a batch of records. */
  take(records: readonly ProbeRecord[]): void {
    for (const record of records) {
      this.#records.push(record);
      const intended = BigInt(record.intendedNs);
      if (record.outcome !== "ok") this.#lastFailureNs = later(this.#lastFailureNs, intended);
      else this.#lastSuccessNs = later(this.#lastSuccessNs, intended);
      if (BigInt(record.sentNs) - intended >= LATE_NS) {
        this.#lastLateNs = later(this.#lastLateNs, intended);
      }
    }
  }

  #send(input: ProberInput): void {
    this.#process.write(JSON.stringify(input));
  }
}

function later(a: bigint | null, b: bigint): bigint {
  return a === null || b > a ? b : a;
}

function whoSends(load: string | undefined): string {
  return load === undefined ? "The prober" : `The prober of load ${load}`;
}

function failedBy(load: string | undefined, how: string): FaultError {
  return new FaultError(
    `${whoSends(load)} ${how}`,
    "Look at the client node's logs in the run folder.",
  );
}

async function within<T>(
  promise: Promise<T>,
  ms: number,
  failed: (how: string) => FaultError,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failed(`${what} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
