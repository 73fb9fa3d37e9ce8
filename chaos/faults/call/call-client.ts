import type { Moment, RunningNode } from "../../environment/environment.ts";
import { NodeProgram } from "../node-program.ts";
import type { CallDone, CallRequest } from "./protocol.ts";

/** Beyond the request's own deadline: the way to our program and back, on a busy machine. */
const MARGIN_MS = 5_000;
/** What answers at all answers in milliseconds; a machine may be busy for some seconds. */
const WITHIN_MS = 10_000;

/** A request that is sent inside a node. */
export interface Call {
  readonly to: CallRequest["to"];
  /** @default "GET" */
  readonly method?: string;
  readonly path: string;
  /** @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. @default - no body */
  readonly body?: unknown;
  /** How long the whole response may take. @default 10000 */
  readonly withinMs?: number;
  /** Send at this time on CLOCK_MONOTONIC. @default - at once */
  readonly atNs?: bigint;
}

/** How it ended; the moment is that of the request and its response together. */
export interface Called extends Omit<CallDone, "kind" | "id" | "fromNs" | "toNs"> {
  readonly moment: Moment;
  readonly tookMs: number;
}

/** Sends HTTP requests through a program inside a node. Disposing ends the program. */
export class CallClient implements AsyncDisposable {
  readonly #program: NodeProgram<CallDone>;

  private constructor(program: NodeProgram<CallDone>) {
    this.#program = program;
  }

  /** Starts the program; resolves when it is ready. @throws FaultError */
  static async start(node: RunningNode): Promise<CallClient> {
    const title = "The program that sends requests";
    return new CallClient(await NodeProgram.start(node, ["evenkeel-call"], title));
  }

  /** @throws FaultError when the program has ended, as it does with its node */
  async call({ method = "GET", headers = {}, body, atNs, ...rest }: Call): Promise<Called> {
    const { withinMs = WITHIN_MS } = rest;
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const request: Omit<CallRequest, "id"> = {
      to: rest.to,
      path: rest.path,
      method,
      withinMs,
      headers: { ...json, ...headers },
      body: body === undefined ? null : JSON.stringify(body),
      atNs: atNs?.toString() ?? null,
    };
    const done = await this.#program.ask(request, {
      what: `${method} ${rest.path}`,
      answerMs: withinMs + MARGIN_MS,
      ...(atNs === undefined ? {} : { atNs }),
    });
    const [from, to] = [BigInt(done.fromNs), BigInt(done.toNs)];
    const middle = (from + to) / 2n;
    const { outcome, status, headers: answered, body: text } = done;
    return {
      ...{ outcome, status, headers: answered, body: text },
      moment: { monotonicNs: middle, uncertaintyNs: to - middle },
      tookMs: Number(to - from) / 1e6,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }
}
