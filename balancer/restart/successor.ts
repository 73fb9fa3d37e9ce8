import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { ListeningSocket } from "../listener/listening-socket.ts";
import type { HandedDown, KnownRole } from "./handed-down.ts";
import { SUCCESSOR_VARIABLE, type ToPredecessor, type ToSuccessor } from "./protocol.ts";
import { RestartFailed } from "./restart-failed.ts";

/** What a process has to hand over. */
export interface Estate {
  /** By place. */
  readonly sockets: ReadonlyMap<string, ListeningSocket>;
  readonly state: HandedDown;
  /** Lets go of what only one process can have: the admin socket and the notify fifo. */
  release(): KnownRole;
}

/** Starts the program that is to follow this process: the same one with the same arguments. */
export function startSuccessor(): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...process.env, [SUCCESSOR_VARIABLE]: "1" },
    // Its events go where those of this process go.
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/**
 * Hands everything over to a successor; resolves with its pid when it serves. Otherwise the successor
 * is ended, and nothing was taken from this process but what `release` let go.
 *
 * @param signal ends it before its time
 * @throws RestartFailed
 */
export async function handOver(
  child: ChildProcess,
  estate: Estate,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<number> {
  const talk = new Talk(child);
  const timer = setTimeout(
    () => talk.fail(new RestartFailed(`its successor was not ready within ${deadlineMs} ms`)),
    deadlineMs,
  );
  const aborted = (): void => talk.fail(new RestartFailed("it was told to stop meanwhile"));
  signal.addEventListener("abort", aborted);
  try {
    signal.throwIfAborted();
    const { sockets, state } = estate;
    talk.send({ kind: "inherit", places: [...sockets.keys()], state });
    const { wanted } = await talk.hears("prepared");
    talk.send({ kind: "yours", role: estate.release() });
    await talk.hears("opened");
    for (const place of wanted) {
      const socket = sockets.get(place);
      if (socket !== undefined) talk.send({ kind: "socket", place }, socket);
    }
    talk.send({ kind: "begin" });
    await talk.hears("ready");
    return child.pid ?? -1;
  } catch (error) {
    await killed(child);
    throw error instanceof RestartFailed
      ? error
      : new RestartFailed(String(error), undefined, error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
    talk.end();
  }
}

/** Ends a child; resolves when it is gone, so that nothing is held by it any more. */
async function killed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

type Said<Kind extends ToPredecessor["kind"]> = Extract<ToPredecessor, { readonly kind: Kind }>;

/** The channel to a successor: one message after the other, until it ends. */
class Talk {
  readonly #child: ChildProcess;
  readonly #heard: ToPredecessor[] = [];
  #failure: RestartFailed | null = null;
  #wake: () => void = () => {};

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message: ToPredecessor) => {
      this.#heard.push(message);
      this.#wake();
    });
    child.once("error", (error) => {
      this.fail(
        new RestartFailed(`its successor could not be started: ${error.message}`, undefined, error),
      );
    });
    child.once("exit", (code, signal) => {
      const how = signal ?? `code ${code}`;
      this.fail(new RestartFailed(`its successor ended with ${how} before it was ready`));
    });
  }

  /** From now on nothing is heard any more, but this. */
  fail(failure: RestartFailed): void {
    this.#failure ??= failure;
    this.#wake();
  }

  send(message: ToSuccessor, socket?: ListeningSocket): void {
    // What could not be sent shows in the end of the successor.
    this.#child.send(message, socket?.server, () => undefined);
  }

  async hears<Kind extends ToPredecessor["kind"]>(kind: Kind): Promise<Said<Kind>> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const message = this.#heard.shift();
      if (message?.kind === kind) return message as Said<Kind>;
      if (message !== undefined) throw new RestartFailed(`its successor said ${message.kind}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The successor stands on its own: it neither ends with this process nor keeps it. */
  end(): void {
    this.#wake = () => {};
    if (this.#child.connected) this.#child.disconnect();
    this.#child.unref();
  }
}
