import type { TimelineEvent } from "../environment.ts";
import { measureWallClock } from "../node-agent/observers.ts";
import { readNodeOutput } from "../node-output.ts";
import { ContainerLog, epochNs } from "./container-log.ts";
import type { Engine } from "./engine.ts";

/** Told again and again, and of no use later: left out of what a node has told before it was joined. */
const PERIODIC = new Set(["vrrp.advert", "check.begin", "check.end"]);

/** Who hears what a container tells. */
export interface Hearer {
  /** A line that is no event of the past. */
  readonly take: (line: string) => void;
  /**
   * The present life tells no more.
   *
   * @param isPresent whether it still is the present one
   */
  readonly onEnd: (isPresent: () => boolean) => void;
}

/** What the lives of one container tell: the present one, and the last words of those before. */
export class ContainerTelling {
  readonly #engine: Engine;
  readonly #containerId: string;
  readonly #hearer: Hearer;
  /** Of its present life; undefined while it is between two. */
  #log: ContainerLog | undefined;
  /** Those of earlier lives too: their last words may come late. */
  readonly #followed = new Set<ContainerLog>();
  #isClosed = false;

  constructor(engine: Engine, containerId: string, hearer: Hearer) {
    this.#engine = engine;
    this.#containerId = containerId;
    this.#hearer = hearer;
  }

  /**
   * The events that the container has told in its present life; `listen` hears those that follow.
   *
   * @param birth when that life began, as the engine tells times
   */
  async join(birth: string): Promise<readonly TimelineEvent[]> {
    const log = await ContainerLog.open(this.#engine, this.#containerId, birth);
    this.#log = log;
    // The last words of an earlier life may have been written down after its end.
    const bornNs = epochNs(birth) + measureWallClock().offsetNs;
    const events: TimelineEvent[] = [];
    for (const line of log.past) {
      const output = readNodeOutput(line);
      if (output.kind !== "event") this.#hearer.take(line);
      else if (BigInt(output.event.monotonicNs) > bornNs) events.push(output.event);
    }
    return events.filter(({ type }) => !PERIODIC.has(type));
  }

  /** Hears what the container tells from now on, and its end. To be called once after `join`. */
  async listen(): Promise<void> {
    const log = this.#log;
    if (log === undefined) return;
    this.#followed.add(log);
    await log.follow(this.#hearer.take);
    if (this.#isClosed) log.close();
    void log.ended.then(() => {
      this.#followed.delete(log);
      const isPresent = (): boolean => this.#log === log;
      if (isPresent()) this.#hearer.onEnd(isPresent);
    });
  }

  /** A life is over: the end of what it told may be heard only later, and is no end of the next one. */
  renew(): void {
    this.#log = undefined;
  }

  /** Listens no more. */
  close(): void {
    this.#isClosed = true;
    for (const log of this.#followed) log.close();
  }
}
