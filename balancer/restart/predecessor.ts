import { Server } from "node:net";
import { ListeningSocket } from "../listener/listening-socket.ts";
import type { HandedDown, KnownRole } from "./handed-down.ts";
import { SUCCESSOR_VARIABLE, type ToPredecessor, type ToSuccessor } from "./protocol.ts";

/** Thrown when the process that this one was to follow is gone before it has handed over. */
export class PredecessorGone extends Error {
  readonly code = "predecessor-gone";
  readonly side = "internal";
  readonly retryable = false;

  constructor() {
    super(
      "The balancer that this process was to follow ended before it had handed over. Start a balancer anew.",
    );
    this.name = "PredecessorGone";
  }
}

type Said<Kind extends ToSuccessor["kind"]> = Extract<ToSuccessor, { readonly kind: Kind }>;

/** The process that this one follows, and what it hands over. */
export class Predecessor {
  readonly #heard: { readonly message: ToSuccessor; readonly handle: unknown }[] = [];
  #gone = false;
  #wake: () => void = () => {};

  /** The process that started this one as its successor; undefined when none did. */
  static find(): Predecessor | undefined {
    const isSuccessor = process.env[SUCCESSOR_VARIABLE] !== undefined;
    // What this process starts is not the successor of anybody.
    delete process.env[SUCCESSOR_VARIABLE];
    return isSuccessor && process.send !== undefined ? new Predecessor() : undefined;
  }

  private constructor() {
    process.on("message", this.#hear);
    process.once("disconnect", this.#lose);
  }

  /** Where it listens, and what must not be forgotten. @throws PredecessorGone */
  async inheritance(): Promise<{
    readonly places: readonly string[];
    readonly state: HandedDown;
  }> {
    return (await this.#hears("inherit")).message;
  }

  /**
   * This process could serve. Resolves when the admin socket and the notify fifo are free.
   *
   * @param wanted places where it listens; those of the other process are taken over
   * @returns what keepalived said last
   * @throws PredecessorGone
   */
  async prepared(wanted: readonly string[]): Promise<KnownRole> {
    this.#say({ kind: "prepared", wanted });
    return (await this.#hears("yours")).message.role;
  }

  /**
   * Admin socket and notify fifo are open.
   *
   * @returns the sockets, by place; who comes in waits until they have a receiver
   * @throws PredecessorGone
   */
  async opened(): Promise<ReadonlyMap<string, ListeningSocket>> {
    this.#say({ kind: "opened" });
    const sockets = new Map<string, ListeningSocket>();
    for (;;) {
      const { message, handle } = await this.#hears("socket", "begin");
      if (message.kind === "begin") return sockets;
      if (handle instanceof Server) sockets.set(message.place, ListeningSocket.takeOver(handle));
    }
  }

  /** This process serves. What its predecessor does from now on does not matter. */
  ready(): void {
    process.off("message", this.#hear);
    process.off("disconnect", this.#lose);
    this.#say({ kind: "ready" });
  }

  #say(message: ToPredecessor): void {
    process.send?.(message, undefined, undefined, () => undefined);
  }

  async #hears<Kind extends ToSuccessor["kind"]>(
    ...kinds: readonly Kind[]
  ): Promise<{ readonly message: Said<Kind>; readonly handle: unknown }> {
    for (;;) {
      const first = this.#heard.shift();
      if (first !== undefined && kinds.some((kind) => kind === first.message.kind)) {
        return { message: first.message as Said<Kind>, handle: first.handle };
      }
      if (this.#gone) throw new PredecessorGone();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  readonly #hear = (message: ToSuccessor, handle: unknown): void => {
    this.#heard.push({ message, handle });
    this.#wake();
  };

  readonly #lose = (): void => {
    this.#gone = true;
    this.#wake();
  };
}
