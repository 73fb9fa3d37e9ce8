import type { Config } from "../config.ts";
import type { EventSink } from "../telemetry/event.ts";
import {
  holdNotifyFifo,
  openNotifyFifo,
  type NotifyFifo,
  type VrrpNotice,
  type VrrpState,
} from "./notify-fifo.ts";
import { TrackFileFailed, writeTrackFile } from "./track-file.ts";

/**
 * The balancer's side of its keepalived: tells it when the balancer is fit for the floating
 * address, and listens to what it says of itself.
 *
 *   start → ready → leave → close
 */
export class FailoverSupervisor {
  readonly #config: NonNullable<Config["failover"]>;
  readonly #emit: EventSink;
  readonly #warn: (message: string) => void;
  readonly #waiting = new Set<() => void>();
  #fifo: NotifyFifo | undefined;
  #phase: "starting" | "ready" | "left" = "starting";
  #role: VrrpState | null = null;

  /** @param warn told when the track file cannot be written; keepalived then stays in fault */
  constructor(
    config: NonNullable<Config["failover"]>,
    emit: EventSink,
    warn: (message: string) => void,
  ) {
    this.#config = config;
    this.#emit = emit;
    this.#warn = warn;
  }

  /** What keepalived last said; null before its first word. */
  get role(): VrrpState | null {
    return this.#role;
  }

  /**
   * Begins to listen. Start it before keepalived, or no later than it.
   *
   * @param role what keepalived has told another process that listened before
   * @throws NotifyFifoFailed
   */
  start(role: VrrpState | null = null): void {
    this.#role = role;
    this.#listen();
  }

  /**
   * Lets another process listen, and never leaves keepalived without a listener: what it says in
   * between waits.
   *
   * @throws NotifyFifoFailed
   */
  release(): void {
    const held = holdNotifyFifo(this.#config.notifyFifo);
    this.#fifo?.close();
    this.#fifo = held;
  }

  /** Listens again after `release`. @throws NotifyFifoFailed */
  resume(): void {
    const held = this.#fifo;
    this.#listen();
    held?.close();
  }

  #listen(): void {
    this.#fifo = openNotifyFifo(this.#config.notifyFifo, (notice) => this.#hear(notice));
  }

  /**
   * The balancer can serve. keepalived is told as soon as it has said its first word: what is
   * written earlier is overwritten when it starts, and the node stays in fault for ever.
   */
  ready(): void {
    if (this.#phase !== "starting") return;
    this.#phase = "ready";
    if (this.#role !== null) this.#tell(true);
  }

  /**
   * Gives the floating address away. Resolves when keepalived says that it is gone, at once when
   * it was not here, and after `patienceMs` in any case.
   */
  async leave(patienceMs: number): Promise<void> {
    const held = this.#role === "master";
    this.#phase = "left";
    this.#tell(false);
    if (!held) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, patienceMs);
      this.#waiting.add(done);
    });
  }

  /** Stops listening. The track file keeps what was last written. */
  close(): void {
    this.#fifo?.close();
  }

  #hear({ instance, state, priority, readNs }: VrrpNotice): void {
    this.#role = state;
    this.#emit(`vrrp.${state}`, { instance, priority }, readNs);
    // A keepalived that started anew has overwritten the file and waits in fault for our word.
    if (this.#phase === "ready" && state !== "stop") this.#tell(true);
    if (state !== "master") for (const done of this.#waiting) done();
  }

  // A balancer that cannot speak to keepalived still serves whoever reaches it.
  #tell(fit: boolean): void {
    try {
      writeTrackFile(this.#config.trackFile, fit);
    } catch (error) {
      if (!(error instanceof TrackFileFailed)) throw error;
      this.#warn(error.message);
    }
  }
}
