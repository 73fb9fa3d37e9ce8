import type { Moment, RunningNode } from "../../environment/environment.ts";
import { FaultError } from "../fault.ts";
import { NodeProgram } from "../node-program.ts";
import { TOXIPROXY_DEADLINE_MS, TOXIPROXY_REMOVAL_MS } from "../toxiproxy.ts";
import type { CanaryLook, CanaryQuestion } from "./canary.ts";
import type { ToxicsAnswer, ToxicsRequest } from "./protocol.ts";

/** Beyond the deadlines of Toxiproxy itself: the way to our program and back, on a busy machine. */
const MARGIN_MS = 5_000;
/** Many links may carry toxics that each take as long as a removal may. */
const REMOVE_ALL_MS = 60_000;

type WithoutId<T> = T extends { readonly id: number } ? Omit<T, "id"> : never;
type Done = Extract<ToxicsAnswer, { readonly kind: "done" }>;

/** Drives Toxiproxy through a program inside a node. Disposing ends the program, not the toxics. */
export class ToxicsClient implements AsyncDisposable {
  readonly #program: NodeProgram<Done>;

  private constructor(program: NodeProgram<Done>) {
    this.#program = program;
  }

  /**
   * Starts the program; resolves when it is ready.
   *
   * @param url Toxiproxy's API, as the node reaches it
   */
  static async start(node: RunningNode, url: string): Promise<ToxicsClient> {
    const argv = ["evenkeel-toxics", url];
    return new ToxicsClient(
      await NodeProgram.start(node, argv, "The program that drives Toxiproxy"),
    );
  }

  /** Asks; resolves with when it was done. @throws FaultError */
  async ask(request: WithoutId<ToxicsRequest>): Promise<Moment> {
    return momentOf(await this.#ask(request));
  }

  /** Sends some bytes through a link; resolves with what came of it. @throws FaultError */
  async look(question: CanaryQuestion): Promise<CanaryLook> {
    const { look } = await this.#ask({ kind: "canary", ...question });
    if (look !== undefined) return look;
    throw new FaultError(
      "A canary was not looked at",
      "The logs of its nodes are in the run folder.",
    );
  }

  #ask(request: WithoutId<ToxicsRequest>): Promise<Done> {
    return this.#program.ask(request, {
      what: request.kind,
      answerMs: answerDeadlineMs(request),
      ...("atNs" in request && request.atNs !== null ? { atNs: BigInt(request.atNs) } : {}),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }
}

function momentOf({ fromNs, toNs }: Done): Moment {
  const [from, to] = [BigInt(fromNs), BigInt(toNs)];
  const middle = (from + to) / 2n;
  return { monotonicNs: middle, uncertaintyNs: to - middle };
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
    case "set-enabled":
      return TOXIPROXY_DEADLINE_MS + MARGIN_MS;
    case "canary":
      return request.withinMs + MARGIN_MS;
  }
}
