import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { COMPILE_CACHE_DIRECTORY, programPath } from "../../setup/paths.ts";
import type { Moment, NodeInspection, SpawnedProcess, SpawnOptions } from "../environment.ts";
import { LabError } from "../errors.ts";
import { LineSplitter } from "../lines.ts";
import type { LabAction, LabMessage, LabPlan, LabRequest } from "./protocol.ts";

/**
 * Starts the lab host so that nothing survives: `setpriv` ends it with the thread that started it,
 * `--kill-child` with `unshare`, and it ends itself when its input does. Its own session keeps
 * Ctrl-C from reaching it before the runner has healed.
 */
const LAB_ARGV = [
  ...["setpriv", "--pdeathsig", "KILL", "--"],
  ...["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork"],
  ...["--kill-child", "--mount-proc", "--"],
  ...["tini", "--", "node"],
];

/** An answer of the lab host takes at most this much longer than the action may. */
const ANSWER_MS = 10_000;
/** After its input has ended, the host gets this long before its processes are killed. */
const CLOSE_MS = 5_000;

/** Stands for the lab as a whole where a node is named. No id has capital letters. */
export const LAB = "LAB";

/** What the runner learns without asking. */
export interface LabEvents {
  readonly onNodeLine: (node: string, line: string) => void;
  readonly onNodeEnded: (node: string, how: string) => void;
  readonly onNetworkReady: (tookMs: number) => void;
}

/** When it was done, and what was seen of the node. */
interface Done extends Moment {
  readonly inspection?: NodeInspection;
}

interface Spawn {
  readonly options: SpawnOptions;
  readonly ended: (exit: { code: number | null; signal: string | null }) => void;
}

/** The runner's side of one lab. */
export class LabClient {
  readonly #host: ChildProcessWithoutNullStreams;
  readonly #events: LabEvents;
  readonly #answers = new Map<
    number,
    { resolve: (done: Done) => void; reject: (error: Error) => void }
  >();
  readonly #spawns = new Map<number, Spawn>();
  readonly #output: string[] = [];
  readonly #closed: Promise<void>;
  #dead: string | undefined;
  #closing = false;
  #nextId = 1;

  private constructor(plan: LabPlan, events: LabEvents, bundles: string | null) {
    this.#events = events;
    const [program = "", ...rest] = LAB_ARGV;
    const host =
      bundles === null ? join(import.meta.dirname, "lab-host.ts") : join(bundles, "lab-host.cjs");
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#host = spawn(program, [...rest, host], {
      detached: true,
      env: {
        ...env,
        PATH: programPath(),
        NODE_COMPILE_CACHE: COMPILE_CACHE_DIRECTORY,
        // Asked for by the launchers; empty, they start the sources.
        EVENKEEL_BUNDLES: bundles ?? "",
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const messages = new LineSplitter((line) => this.#onMessage(JSON.parse(line) as LabMessage));
    const complaints = new LineSplitter((line) => this.#output.push(line));
    this.#host.stdout.setEncoding("utf8").on("data", (text: string) => messages.push(text));
    this.#host.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
    this.#host.stdin.on("error", () => undefined); // The end of the host is told by "close".
    this.#closed = new Promise((resolve) => {
      this.#host.once("close", (code, signal) => {
        this.#die(`the lab host ended with ${signal ?? `code ${code}`}`);
        resolve();
      });
      this.#host.once("error", (error) => {
        this.#die(`cannot start the lab host: ${error.message}`);
        resolve();
      });
    });
    this.#send(plan);
  }

  /**
   * Starts a lab host, which builds the network and starts every node.
   *
   * @param bundles folder of the programs' bundles; null starts their sources
   */
  static start(plan: LabPlan, events: LabEvents, bundles: string | null): LabClient {
    return new LabClient(plan, events, bundles);
  }

  /** Process id of the outermost process of the lab. */
  get pid(): number | undefined {
    return this.#host.pid;
  }

  /** What the host printed on standard error, newest last. */
  get output(): readonly string[] {
    return this.#output;
  }

  /**
   * Has something done on a node.
   *
   * @throws LabError when the host refuses, dies or does not answer in time
   */
  async act(node: string, action: LabAction, atNs?: bigint, withinMs = 0): Promise<Done> {
    if (this.#dead !== undefined) throw this.#error(this.#dead);
    const id = this.#nextId;
    this.#nextId += 1;
    const waitMs =
      atNs === undefined ? 0 : Math.max(0, Number((atNs - process.hrtime.bigint()) / 1_000_000n));
    const answer = new Promise<Done>((resolve, reject) => {
      const deadline = setTimeout(
        () => {
          this.#answers.delete(id);
          reject(this.#error(`${action.kind} on ${node} was not done in time`));
        },
        waitMs + withinMs + ANSWER_MS,
      );
      this.#answers.set(id, {
        resolve: (done) => {
          clearTimeout(deadline);
          resolve(done);
        },
        reject: (error) => {
          clearTimeout(deadline);
          reject(error);
        },
      });
    });
    this.#send({ id, node, action, atNs: atNs?.toString() ?? null });
    return answer;
  }

  /** Starts a program inside a node. */
  async spawn(
    node: string,
    argv: readonly string[],
    options: SpawnOptions = {},
  ): Promise<SpawnedProcess> {
    const spawnId = this.#nextId;
    this.#nextId += 1;
    const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      this.#spawns.set(spawnId, { options, ended: resolve });
    });
    try {
      await this.act(node, { kind: "spawn", spawnId, argv, env: options.env ?? {} });
    } catch (error) {
      this.#spawns.delete(spawnId);
      throw error;
    }
    return {
      exited,
      write: (line) => this.#send({ spawnId, stdin: line }),
      end: () => this.#send({ spawnId, stdin: null }),
      kill: (signal) => this.#send({ spawnId, signal }),
    };
  }

  /** Ends the lab with everything in it; resolves when it is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#host.stdin.end();
    const deadline = setTimeout(() => this.#host.kill("SIGKILL"), CLOSE_MS);
    await this.#closed;
    clearTimeout(deadline);
  }

  #send(line: LabPlan | LabRequest): void {
    if (this.#dead === undefined) this.#host.stdin.write(`${JSON.stringify(line)}\n`);
  }

  #onMessage(message: LabMessage): void {
    switch (message.kind) {
      case "network-ready":
        return this.#events.onNetworkReady(message.tookMs);
      case "node-line":
        return this.#events.onNodeLine(message.node, message.line);
      case "node-ended":
        if (!this.#closing) this.#events.onNodeEnded(message.node, message.how);
        return;
      case "spawn-line": {
        const { options } = this.#spawns.get(message.spawnId) ?? {};
        if (message.stream === "stdout") options?.onStdout?.(message.line);
        else options?.onStderr?.(message.line);
        return;
      }
      case "spawn-ended":
        this.#spawns.get(message.spawnId)?.ended({ code: message.code, signal: message.signal });
        this.#spawns.delete(message.spawnId);
        return;
      case "result":
        this.#answers.get(message.id)?.resolve({
          monotonicNs: BigInt(message.monotonicNs),
          uncertaintyNs: BigInt(message.uncertaintyNs),
          ...(message.inspection === undefined ? {} : { inspection: message.inspection }),
        });
        this.#answers.delete(message.id);
        return;
      case "error":
        this.#answers.get(message.id)?.reject(this.#error(message.message));
        this.#answers.delete(message.id);
        return;
      case "fatal":
        return this.#die(message.message);
    }
  }

  #die(why: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = why;
    for (const { reject } of this.#answers.values()) reject(this.#error(why));
    this.#answers.clear();
    for (const { ended } of this.#spawns.values()) ended({ code: null, signal: "SIGKILL" });
    this.#spawns.clear();
    if (!this.#closing) this.#events.onNodeEnded(LAB, why);
  }

  #error(what: string): LabError {
    return new LabError(what, this.#output.slice(-10));
  }
}
