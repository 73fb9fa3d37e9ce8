import type { Duplex } from "node:stream";
import { bootIdOfThisMachine } from "../../../stacks/topology.ts";
import type { Moment } from "../environment.ts";
import { objectOfLine } from "../json-line.ts";
import { LabError } from "../errors.ts";
import { Demultiplexer } from "./demultiplexer.ts";
import type { Engine } from "./engine.ts";
import type { HandAction, HandFindings, HandMessage, HandRequest } from "./hand/protocol.ts";

/** Beyond what waits for a given time. */
const ANSWER_MS = 30_000;
const START_MS = 30_000;
/** Marks helper containers, with the topology that they serve. */
export const HAND_LABEL = "evenkeel.hand";
const MEBIBYTE = 2 ** 20;

/** What the hand did and saw. */
export interface Handled {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly findings: HandFindings;
}

/**
 * The runner's hand on the engine's machine: a helper container in that machine's network and process
 * namespace. It cuts links at a given moment and sees through /proc what a signal did; an engine call
 * for each would come tens of milliseconds late. The container is gone when it is disposed of, or when
 * the runner dies.
 */
export class HandClient implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #containerId: string;
  readonly #stream: Duplex;
  readonly #output: string[];
  readonly #waiting = new Map<
    number,
    { readonly resolve: (handled: Handled) => void; readonly reject: (error: Error) => void }
  >();
  #nextId = 1;
  #gone: Error | undefined;

  private constructor(engine: Engine, containerId: string, stream: Duplex, output: string[]) {
    this.#engine = engine;
    this.#containerId = containerId;
    this.#stream = stream;
    this.#output = output;
  }

  /**
   * Starts the helper; resolves when it answers.
   *
   * @param image one of the project's images; all of them hold the program
   * @throws LabError when it does not start, or the engine runs on another kernel
   */
  static async start(engine: Engine, topologyId: string, image: string): Promise<HandClient> {
    const { id, stream } = await engine.run({
      Image: image,
      Entrypoint: ["evenkeel-hand"],
      Cmd: [],
      User: "0",
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Labels: { [HAND_LABEL]: topologyId },
      HostConfig: {
        AutoRemove: true,
        NetworkMode: "host",
        PidMode: "host",
        CapDrop: ["ALL"],
        CapAdd: ["NET_ADMIN", "KILL", "SYS_PTRACE"],
        SecurityOpt: ["no-new-privileges"],
        ReadonlyRootfs: true,
        Memory: 128 * MEBIBYTE,
        LogConfig: { Type: "none", Config: {} },
      },
    });
    const output: string[] = [];
    const client = new HandClient(engine, id, stream, output);
    const ready = Promise.withResolvers<string>();
    const lines = new Demultiplexer((kind, line) => {
      const message = kind === "stderr" ? undefined : objectOfLine(line);
      if (message === undefined) output.push(line);
      else client.#onMessage(message as HandMessage, ready.resolve);
    });
    const ended = (): void => {
      lines.end();
      const error = new LabError("The helper container ended", output.slice(-10));
      client.#fail(error);
      ready.reject(error);
    };
    stream.on("data", (chunk: Buffer) => lines.push(chunk));
    stream.once("close", ended);
    stream.once("error", ended);
    const timer = setTimeout(
      () => ready.reject(new LabError("The helper container does not answer", output.slice(-10))),
      START_MS,
    );
    try {
      requireThisKernel(await ready.promise);
      return client;
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Has something done; resolves with when it took effect and what was seen. @throws LabError */
  ask(action: HandAction, atNs?: bigint): Promise<Handled> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = this.#nextId;
    this.#nextId += 1;
    const request: HandRequest = { id, action, atNs: atNs?.toString() ?? null };
    const waitMs = atNs === undefined ? 0 : Number(atNs - process.hrtime.bigint()) / 1e6;
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(deadline);
        this.#waiting.delete(id);
        act();
      };
      const deadline = setTimeout(
        () =>
          finish(() =>
            reject(new LabError(`${action.kind}: no answer within ${ANSWER_MS} ms`, this.#output)),
          ),
        Math.max(0, waitMs) + ANSWER_MS,
      );
      this.#waiting.set(id, {
        resolve: (handled) => finish(() => resolve(handled)),
        reject: (error) => finish(() => reject(error)),
      });
      this.#stream.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Has something done; resolves with when it took effect. @throws LabError */
  async act(action: HandAction, atNs?: bigint): Promise<Moment> {
    const { fromNs, toNs } = await this.ask(action, atNs);
    return momentBetween(fromNs, toNs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gone ??= new LabError("The deployment was let go of", [], "Attach to it again.");
    this.#fail(this.#gone);
    this.#stream.end();
    try {
      await this.#engine.remove(this.#containerId);
    } finally {
      this.#stream.destroy();
    }
  }

  #onMessage(message: HandMessage, onReady: (bootId: string) => void): void {
    if (message.kind === "ready") return onReady(message.bootId);
    const waiting = this.#waiting.get(message.id);
    if (message.kind === "failed") waiting?.reject(new LabError(message.message, []));
    else {
      waiting?.resolve({
        fromNs: BigInt(message.fromNs),
        toNs: BigInt(message.toNs),
        findings: message.findings,
      });
    }
  }

  #fail(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}

/** The middle of an interval, and how far away its ends are. */
export function momentBetween(fromNs: bigint, toNs: bigint): Moment {
  const monotonicNs = (fromNs + toNs) / 2n;
  return { monotonicNs, uncertaintyNs: toNs - monotonicNs };
}

/** Every time is on CLOCK_MONOTONIC, which only processes of one kernel share. */
function requireThisKernel(bootId: string): void {
  if (bootId === bootIdOfThisMachine()) return;
  throw new LabError(
    "The engine runs on another kernel than this command, so their clocks cannot be compared",
    [],
    "Run evenkeel where the engine runs: inside the virtual machine, or on the remote host.",
  );
}
