import type { RunningNode, SpawnedProcess, SpawnOptions } from "../environment/environment.ts";
import { within } from "../environment/deadline.ts";
import { endOf } from "../environment/end-of-program.ts";
import { notAnObject, objectOfLine } from "../environment/json-line.ts";
import { FaultError } from "./fault.ts";

/** From its start until it says that it is ready; a fraction of a second on a quiet machine. */
const READY_MS = 30_000;
const LOOK_AT_LOGS = "The logs of its nodes are in the run folder.";

/** An answer that says when it was done, on CLOCK_MONOTONIC, in nanoseconds as decimal strings. */
interface Done {
  readonly kind: "done";
  readonly id: number;
  readonly fromNs: string;
  readonly toNs: string;
}

/** Answers to questions, in any order. */
type Answer<D extends Done> =
  | D
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

/** What a question waits for, and until when. */
interface Asking {
  /** Names it in an error. */
  readonly what: string;
  /** How long the answer may take. */
  readonly answerMs: number;
  /** When it is to be done, if not at once. */
  readonly atNs?: bigint;
}

/**
 * A program inside a node that is asked line by line, as JSON, and waits between the questions: so
 * that what it does takes effect quickly, and at a known time. Disposing ends it.
 */
export class NodeProgram<D extends Done> implements AsyncDisposable {
  readonly #process: SpawnedProcess;
  readonly #title: string;
  readonly #waiting = new Map<number, { resolve: (done: D) => void; reject: (e: Error) => void }>();
  #nextId = 1;
  #over: Error | undefined;
  #toldToEnd = false;

  private constructor(process_: SpawnedProcess, title: string) {
    this.#process = process_;
    this.#title = title;
  }

  /**
   * Starts a program; resolves when it says that it is ready.
   *
   * @param title for errors: `The program that drives Toxiproxy`
   * @param rights beyond those of the node's own programs. @default - none
   * @param readyMs how long that may take. @default 30000
   * @throws FaultError when it ends before that, or is not ready in time
   */
  static async start<D extends Done>(
    node: RunningNode,
    argv: readonly string[],
    title: string,
    rights: Pick<SpawnOptions, "networkAdmin"> = {},
    readyMs: number = READY_MS,
  ): Promise<NodeProgram<D>> {
    const complaints: string[] = [];
    let answered: (answer: Answer<D>) => void = () => undefined;
    const started = Promise.withResolvers<void>();
    // It may go wrong before anybody waits for it.
    started.promise.catch(() => undefined);
    let broken: (error: Error) => void = started.reject;
    const process_ = await node.spawn(argv, {
      ...rights,
      onStdout: (line) => {
        const answer = objectOfLine(line) as Answer<D> | { readonly kind: "ready" } | undefined;
        if (answer === undefined) {
          broken(new FaultError(`${title} on ${node.id} ${notAnObject(line)}`, LOOK_AT_LOGS));
        } else if (answer.kind === "ready") started.resolve();
        else answered(answer);
      },
      onStderr: (line) => complaints.push(line),
    });
    const program = new NodeProgram<D>(process_, title);
    answered = (answer) => {
      if (answer.kind === "failed") {
        program.#fail(answer.id, new FaultError(answer.message, LOOK_AT_LOGS));
      } else program.#waiting.get(answer.id)?.resolve(answer);
      program.#waiting.delete(answer.id);
    };
    broken = (error) => {
      started.reject(error);
      // A program that is ended may be within a line.
      if (!program.#toldToEnd) program.#end(error);
    };
    const ended = process_.exited.then(() => {
      throw new FaultError(
        `${title} ended: ${complaints.slice(-3).join(" ")}`,
        `Look at the logs of the ${node.id} node in the run folder.`,
      );
    });
    ended.catch((error: Error) => program.#end(error));
    const late = `${title} was not ready on ${node.id} within ${readyMs} ms`;
    try {
      await within(
        Promise.race([started.promise, ended]),
        readyMs,
        () => new FaultError(`${late}: ${complaints.slice(-3).join(" ")}`, LOOK_AT_LOGS),
      );
      return program;
    } catch (error) {
      process_.kill("SIGKILL");
      // What went wrong first is what counts.
      await endOf(process_, title).catch(() => undefined);
      throw error;
    }
  }

  /** Asks; resolves with the answer. @throws FaultError */
  ask(question: object, { what, answerMs, atNs = 0n }: Asking): Promise<D> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const id = this.#nextId;
    this.#nextId += 1;
    const waitMs = Math.max(0, Number((atNs - process.hrtime.bigint()) / 1_000_000n));
    return new Promise<D>((resolve, reject) => {
      const deadline = setTimeout(
        () =>
          this.#fail(
            id,
            new FaultError(`no answer to ${what} within ${answerMs} ms`, LOOK_AT_LOGS),
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
      this.#process.write(JSON.stringify({ id, ...question }));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#toldToEnd = true;
    this.#process.end();
    await endOf(this.#process, this.#title);
  }

  #fail(id: number, error: Error): void {
    this.#waiting.get(id)?.reject(error);
    this.#waiting.delete(id);
  }

  #end(error: Error): void {
    // What went wrong first is what counts.
    this.#over ??= error;
    for (const id of [...this.#waiting.keys()]) this.#fail(id, error);
  }
}
