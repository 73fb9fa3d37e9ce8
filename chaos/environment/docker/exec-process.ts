import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { SpawnedProcess, SpawnOptions } from "../environment.ts";
import { LabError } from "../errors.ts";
import { Demultiplexer } from "./demultiplexer.ts";
import type { ExecSession } from "./engine.ts";
import type { HandClient } from "./hand-client.ts";

const LOOK_EVERY_MS = 5;
/** What the engine may take until a program runs, and until it tells the end of one whose streams have ended. */
const TELLS_MS = 30_000;
/** Shells and the engine report an end by signal as 128 and the signal's number. */
const SIGNAL_CODES = 128;

/** Starts a program by its name, so that a missing one is told as shells tell it: 127 and its name. */
export const BY_NAME = ["sh", "-c", 'exec "$@"', "sh"] as const;

/** A program in a container, its standard streams as lines. */
export class ExecProcess implements SpawnedProcess {
  readonly exited: SpawnedProcess["exited"];
  readonly #session: ExecSession;
  readonly #hand: HandClient;
  readonly #tellsMs: number;
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
    const lines = new Demultiplexer((stream, line) =>
      stream === "stdout" ? options.onStdout?.(line) : options.onStderr?.(line),
    );
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
      return exit;
    });
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
   * Resolves when the program runs, or has ended: the engine has answered some time before.
   *
   * @throws LabError when it does neither in time
   */
  async started(): Promise<void> {
    const end = performance.now() + this.#tellsMs;
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
