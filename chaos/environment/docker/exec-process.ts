import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { SpawnedProcess, SpawnOptions } from "../environment.ts";
import { within } from "../deadline.ts";
import { LabError } from "../errors.ts";
import { Demultiplexer } from "./demultiplexer.ts";
import type { ExecSession } from "./engine.ts";
import type { HandClient } from "./hand-client.ts";

const LOOK_EVERY_MS = 5;
/** What the engine may take until a program runs, and until it tells the end of one whose streams have ended. */
const TELLS_MS = 30_000;
/** Shells and the engine report an end by signal as 128 and the signal's number. */
const SIGNAL_CODES = 128;

/** The first line on standard error of whatever is started `BY_NAME`; nobody else hears of it. */
const STARTED = "evenkeel: started";
/**
 * Starts a program by its name, so that a missing one is told as shells tell it: 127 and its name. Its
 * shell says that it runs: before that the process is still the container runtime's own, which may lose a
 * signal in the moment in which it turns into the program.
 */
export const BY_NAME = ["sh", "-c", `echo "${STARTED}" >&2; exec "$@"`, "sh"] as const;

/** A program in a container that was started `BY_NAME`, its standard streams as lines. */
export class ExecProcess implements SpawnedProcess {
  readonly exited: SpawnedProcess["exited"];
  readonly #session: ExecSession;
  readonly #hand: HandClient;
  readonly #tellsMs: number;
  /** Its shell has run, or never will. */
  readonly #begun = Promise.withResolvers<void>();
  #hasBegun = false;
  #over = false;

  /** @param tellsMs what the engine may take to tell of a start and of an end. @default 30000 */
  constructor(
    session: ExecSession,
    hand: HandClient,
    options: SpawnOptions,
    tellsMs: number = TELLS_MS,
  ) {
    this.#session = session;
    this.#hand = hand;
    this.#tellsMs = tellsMs;
    const lines = new Demultiplexer((stream, line) => {
      if (stream === "stdout") options.onStdout?.(line);
      else if (this.#hasBegun || line !== STARTED) options.onStderr?.(line);
      else this.#begin();
    });
    session.stream.on("data", (chunk: Buffer) => lines.push(chunk));
    const closed = new Promise<void>((resolve) => {
      // Its container may have died before anybody listened.
      if (session.stream.closed) resolve();
      session.stream.once("close", resolve);
      session.stream.once("end", resolve);
      // Its container died: the connection is cut.
      session.stream.once("error", () => resolve());
    });
    this.exited = closed.then(async () => {
      lines.end();
      const exit = await this.#exit();
      this.#over = true;
      this.#begin();
      return exit;
    });
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#begun.resolve();
  }

  write(line: string): void {
    if (!this.#session.stream.writableEnded) this.#session.stream.write(`${line}\n`);
  }

  end(): void {
    this.#session.stream.end();
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    void this.#signal(signal).catch(() => undefined);
  }

  /** Hears no more of the program, whatever becomes of it: an open stream would keep the command from ending. */
  letGo(): void {
    this.#session.stream.destroy();
  }

  /**
   * Resolves when the program can be signalled, or has ended. The engine has answered some time before:
   * it tells of neither, and then of a process that is not the program yet.
   *
   * @throws LabError when it does neither in time
   */
  async started(): Promise<void> {
    const end = performance.now() + this.#tellsMs;
    await within(this.#begun.promise, this.#tellsMs, () => this.#notStarted());
    while (!this.#over) {
      const { running, pid } = await this.#session.inspect();
      if (pid > 0 || !running) return;
      if (performance.now() >= end) throw this.#notStarted();
      await sleep(LOOK_EVERY_MS);
    }
  }

  #notStarted(): LabError {
    const what = `The engine has not started a program within ${this.#tellsMs} ms`;
    return new LabError(what, [], "Look at the engine's own log.");
  }

  async #signal(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { running, pid } = await this.#session.inspect();
    if (running && pid > 0) await this.#hand.ask({ kind: "signal-one", pid, signal });
  }

  /** How it ended, once its streams have; with neither code nor signal when the engine never tells. */
  async #exit(): Promise<Awaited<SpawnedProcess["exited"]>> {
    const end = performance.now() + this.#tellsMs;
    for (;;) {
      const seen = await this.#session.inspect().catch(() => GONE);
      if (!seen.running) return exitOf(seen.exitCode);
      if (performance.now() >= end) return { code: null, signal: null };
      await sleep(LOOK_EVERY_MS);
    }
  }
}

/** A container that was removed took its programs along. */
const GONE = { running: false, pid: 0, exitCode: SIGNAL_CODES + constants.signals.SIGKILL };

/** The engine's exit code as code or signal. A program that itself ends with 128 and more is told as signalled. */
function exitOf(exitCode: number | null): Awaited<SpawnedProcess["exited"]> {
  const number = (exitCode ?? GONE.exitCode) - SIGNAL_CODES;
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return signal === undefined ? { code: exitCode, signal: null } : { code: null, signal };
}
