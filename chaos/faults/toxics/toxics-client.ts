import type { Moment, RunningNode, SpawnedProcess } from "../../environment/environment.ts";
import { FaultError } from "../fault.ts";
import { TOXIPROXY_DEADLINE_MS, TOXIPROXY_REMOVAL_MS } from "../toxiproxy.ts";
import type { ToxicsAnswer, ToxicsRequest } from "./protocol.ts";

/** Beyond the deadlines of Toxiproxy itself: the way to our program and back, on a busy machine. */
const MARGIN_MS = 5_000;
/** Many links may carry toxics that each take as long as a removal may. */
const REMOVE_ALL_MS = 60_000;
const LOOK_AT_LOGS = "The logs of its nodes are in the run folder.";

type WithoutId<T> = T extends { readonly id: number } ? Omit<T, "id"> : never;
type Answer = Exclude<ToxicsAnswer, { readonly kind: "ready" }>;
type Done = Extract<ToxicsAnswer, { readonly kind: "done" }>;

/** Drives Toxiproxy through a program inside a node. Disposing ends the program, not the toxics. */
export class ToxicsClient implements AsyncDisposable {
  readonly #process: SpawnedProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (done: Done) => void; reject: (e: Error) => void }
  >();
  #nextId = 1;

  private constructor(process_: SpawnedProcess) {
    this.#process = process_;
  }

  /**
   * Starts the program; resolves when it is ready.
   *
   * @param url Toxiproxy's API, as the node reaches it
   */
  static async start(node: RunningNode, url: string): Promise<ToxicsClient> {
    const complaints: string[] = [];
    let answered: (answer: Answer) => void = () => undefined;
    let ready: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (ready = resolve));
    const process_ = await node.spawn(["evenkeel-toxics", url], {
      onStdout: (line) => {
        const answer = JSON.parse(line) as ToxicsAnswer;
        if (answer.kind === "ready") ready();
        else answered(answer);
      },
      onStderr: (line) => complaints.push(line),
    });
    const client = new ToxicsClient(process_);
    answered = (answer) => client.#onAnswer(answer);
    const ended = process_.exited.then(() => {
      throw new FaultError(
        `The program that drives Toxiproxy ended: ${complaints.slice(-3).join(" ")}`,
        "Look at the logs of the client node in the run folder.",
      );
    });
    await Promise.race([started, ended]);
    ended.catch((error: Error) => client.#failAll(error));
    return client;
  }

  /** Asks; resolves with when it was done. @throws FaultError */
  async ask(request: WithoutId<ToxicsRequest>): Promise<Moment & { readonly answered: boolean }> {
    const id = this.#nextId;
    this.#nextId += 1;
    const at = "atNs" in request && request.atNs !== null ? BigInt(request.atNs) : 0n;
    const waitMs = Math.max(0, Number((at - process.hrtime.bigint()) / 1_000_000n));
    const answerMs = answerDeadlineMs(request);
    const done = await new Promise<Done>((resolve, reject) => {
      const deadline = setTimeout(
        () =>
          this.#fail(
            id,
            new FaultError(`no answer to ${request.kind} within ${answerMs} ms`, LOOK_AT_LOGS),
          ),
        waitMs + answerMs,
      );
      this.#waiting.set(id, {
        resolve: (answer) => {
          clearTimeout(deadline);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(deadline);
          reject(error);
        },
      });
      this.#process.write(JSON.stringify({ id, ...request }));
    });
    const from = BigInt(done.fromNs);
    const to = BigInt(done.toNs);
    const middle = (from + to) / 2n;
    return { monotonicNs: middle, uncertaintyNs: to - middle, answered: done.answered ?? false };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.end();
    await this.#process.exited;
  }

  #onAnswer(answer: Answer): void {
    if (answer.kind === "failed") {
      this.#fail(answer.id, new FaultError(answer.message, LOOK_AT_LOGS));
    } else this.#waiting.get(answer.id)?.resolve(answer);
    this.#waiting.delete(answer.id);
  }

  #fail(id: number, error: Error): void {
    this.#waiting.get(id)?.reject(error);
    this.#waiting.delete(id);
  }

  #failAll(error: Error): void {
    for (const id of [...this.#waiting.keys()]) this.#fail(id, error);
  }
}

/** Toxiproxy is called once for each toxic, one after another; to add one takes two calls. */
function answerDeadlineMs(request: WithoutId<ToxicsRequest>): number {
  switch (request.kind) {
    case "add":
      return request.toxics.length * 2 * TOXIPROXY_DEADLINE_MS + MARGIN_MS;
    case "remove":
      return request.names.length * TOXIPROXY_REMOVAL_MS + MARGIN_MS;
    case "remove-all":
      return REMOVE_ALL_MS;
    case "canary":
      return request.withinMs + MARGIN_MS;
  }
}
