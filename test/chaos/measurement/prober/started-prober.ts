import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  PROBE_PROTOCOL,
  type ProbePlan,
  type ProbeRecord,
  type ProberOutput,
  type ProberQuality,
} from "../../../../chaos/measurement/probe.ts";

/** The prober itself. */
export const MAIN = fileURLToPath(
  new URL("../../../../chaos/measurement/prober/main.ts", import.meta.url),
);

/**
 * A plan for loopback: 200/s for half a second. Its timeouts are long, so that nothing runs into them on a
 * machine that is late, nor into the limit of open probes, which follows from them.
 */
export function planFor(port: number, change: Partial<ProbePlan> = {}): ProbePlan {
  return {
    protocol: PROBE_PROTOCOL,
    run: "test",
    trial: 0,
    addresses: ["127.0.0.1"],
    port,
    path: "/",
    headers: {},
    ratePerSecond: 200,
    arrivals: { kind: "constant" },
    traffic: { kind: "fresh" },
    retries: 0,
    seed: 1,
    connectTimeoutMs: 10_000,
    totalTimeoutMs: 10_000,
    maxDurationMs: 500,
    expectNodes: [],
    ...change,
  };
}

/** A prober as a child process, its whole lines collected. Disposing ends it. */
export class StartedProber implements Disposable {
  readonly lines: ProberOutput[] = [];
  readonly exited: Promise<number | null>;
  readonly #child;
  readonly #waiting: { kind: string; resolve: () => void }[] = [];

  constructor(program = MAIN, wrapper: readonly string[] = []) {
    const [command, ...args] = [...wrapper, process.execPath, program];
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.exited = once(this.#child, "close").then(([code]) => code as number | null);
    // One that is killed may have written half a line, which is never completed.
    let rest = "";
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line) as ProberOutput);
    });
    // A prober that has ended no longer reads.
    this.#child.stdin.on("error", () => {});
  }

  #take(output: ProberOutput): void {
    this.lines.push(output);
    for (const one of this.#waiting) if (one.kind === output.kind) one.resolve();
  }

  write(value: unknown): void {
    this.#child.stdin.write(`${JSON.stringify(value)}\n`);
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  /** Reads none of the prober's output until `resumeReading`. */
  pauseReading(): void {
    this.#child.stdout.pause();
  }

  resumeReading(): void {
    this.#child.stdout.resume();
  }

  kill(signal: "SIGTERM"): void {
    this.#child.kill(signal);
  }

  /** Resolves when a line of this kind has come. */
  async seen(kind: ProberOutput["kind"]): Promise<void> {
    if (this.lines.some((line) => line.kind === kind)) return;
    await new Promise<void>((resolve) => this.#waiting.push({ kind, resolve }));
  }

  /** All records so far, in the order of their numbers. */
  get records(): ProbeRecord[] {
    return this.lines
      .flatMap((line) => (line.kind === "records" ? line.records : []))
      .sort((a, b) => a.seq - b.seq);
  }

  get quality(): ProberQuality {
    const done = this.lines.find((line) => line.kind === "done");
    if (done === undefined) throw new Error("The prober is not done. Wait for it to exit.");
    return done.quality;
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
  }
}

/** Runs one plan to its end. */
export async function runPlan(
  plan: ProbePlan,
  program?: string,
  wrapper?: readonly string[],
): Promise<{
  readonly records: ProbeRecord[];
  readonly quality: ProberQuality;
  readonly code: number | null;
}> {
  using prober = new StartedProber(program, wrapper);
  prober.write(plan);
  const code = await prober.exited;
  return { records: prober.records, quality: prober.quality, code };
}

/** From one stamp of a record to another, in milliseconds. */
export function elapsedMs(from: string, to: string): number {
  return Number(BigInt(to) - BigInt(from)) / 1e6;
}
