import type { ChildProcess } from "node:child_process";
import type { ListeningSocket } from "../listener/listening-socket.ts";
import type { EventSink } from "../telemetry/event.ts";
import type { HandedDown, KnownRole } from "./handed-down.ts";
import { RestartFailed } from "./restart-failed.ts";
import { handOver } from "./successor.ts";

/** How long a successor may take until it serves. */
const RESTART_MS = 30_000;

/** Something that only one process can have. */
export interface Exclusive {
  /** Lets another process have it. */
  release(): void;
  /** Takes it back. */
  resume(): void | Promise<void>;
}

/** What a running balancer hands over. */
export interface Holdings {
  readonly sockets: ReadonlyMap<string, ListeningSocket>;
  readonly state: HandedDown;
  readonly exclusive: readonly Exclusive[];
  /** What keepalived said last. */
  readonly role: () => KnownRole;
}

/** What restarts work with. */
export interface RestartDependencies {
  readonly emit: EventSink;
  /** Told why a restart failed, for people. */
  readonly warn: (message: string) => void;
  /** @default there is no program to start */
  readonly startSuccessor?: (() => ChildProcess) | undefined;
}

/** Has new processes take the place of this one. */
export class Restarts {
  readonly #dependencies: RestartDependencies;
  #aborted = new AbortController();
  /** Resolves when the last one is over, however it ended. */
  #over: Promise<unknown> = Promise.resolve();

  constructor(dependencies: RestartDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Hands over to a new process.
   *
   * @param by who wants it, for the events
   * @param holdings asked for once it is known that there can be a successor
   * @returns the pid of the new process, once it serves
   * @throws RestartFailed; nothing has changed then
   */
  run(by: string, holdings: () => Holdings): Promise<number> {
    const running = this.#run(by, holdings);
    this.#over = running.catch(() => undefined);
    return running;
  }

  /** Ends a restart that is under way; resolves when everything that it let go of is back. */
  async abort(): Promise<void> {
    this.#aborted.abort();
    await this.#over;
  }

  async #run(by: string, holdings: () => Holdings): Promise<number> {
    const { emit, warn, startSuccessor } = this.#dependencies;
    this.#aborted = new AbortController();
    const released: Exclusive[] = [];
    try {
      if (startSuccessor === undefined) throw new RestartFailed("it knows no program to start");
      const { sockets, state, exclusive, role } = holdings();
      emit("balancer.restarting", { by });
      const release = (): KnownRole => {
        for (const one of exclusive) {
          one.release();
          released.push(one);
        }
        return role();
      };
      const estate = { sockets, state, release };
      const pid = await handOver(startSuccessor(), estate, RESTART_MS, this.#aborted.signal);
      emit("balancer.replaced", { by, pid });
      return pid;
    } catch (error) {
      for (const one of released) await this.#resume(one);
      const message = messageOf(error);
      emit("balancer.restart-failed", { by, message });
      warn(message);
      throw error;
    }
  }

  async #resume(one: Exclusive): Promise<void> {
    try {
      await one.resume();
    } catch (error) {
      // The others are to be had all the same.
      this.#dependencies.warn(messageOf(error));
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
