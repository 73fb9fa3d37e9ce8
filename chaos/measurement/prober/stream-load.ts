import type { Outcome, ProbePlan } from "../probe.ts";
import { destination } from "./carrier.ts";
import { Connection, type Ending } from "./connection.ts";
import { Deadlines } from "./deadlines.ts";
import { HttpResponse } from "./http-response.ts";
import { now, type Load, type LoadHooks } from "./load.ts";
import { NumberedLines } from "./numbered-lines.ts";
import { outcomeOfResponse } from "./outcome.ts";
import { requestWriter } from "./request-writer.ts";
import { maxOutstanding } from "./schedule.ts";

/** How often the number of open connections is told, at least. */
const TELL_MS = 100;
/** Changes that come together are told together. */
const GATHER_MS = 25;

interface Stream {
  readonly seq: number;
  readonly intendedNs: bigint;
  readonly sentNs: bigint;
  readonly address: string;
  readonly response: HttpResponse;
  readonly lines: NumberedLines;
  readonly connection: Connection;
}

/** One wait for a stream's next line. */
interface Wait {
  readonly stream: Stream;
  /** Lines so far. */
  readonly lines: number;
}

/**
 * Connections that are opened one after another and then held, each with lines that the backend numbers.
 * When the load ends, each is held until one more line has come: so it is known to live.
 */
export class StreamLoad implements Load {
  readonly #plan: ProbePlan;
  readonly #hooks: LoadHooks;
  readonly #text: ReturnType<typeof requestWriter>;
  readonly #connects: Deadlines<Connection>;
  readonly #silences: Deadlines<Wait>;
  readonly #maxOpening: number;
  readonly #streams = new Set<Stream>();
  #opening = 0;
  /** How many were lost, opened again or not. */
  #lost = 0;
  /** Numbers of those that were lost and not opened again. */
  #missing: number[] = [];
  /** Numbers of those that are to be opened again, while `#reopening` runs. */
  #waiting: number[] = [];
  #reopening: NodeJS.Timeout | undefined;
  #ending = false;
  #gathering: NodeJS.Timeout | undefined;
  readonly #telling: NodeJS.Timeout;

  constructor(plan: ProbePlan, hooks: LoadHooks) {
    this.#plan = plan;
    this.#hooks = hooks;
    this.#text = requestWriter(plan);
    this.#maxOpening = maxOutstanding(plan);
    this.#connects = new Deadlines(plan.connectTimeoutMs, {
      now,
      isOpen: (connection) => connection.isConnecting,
      onExpired: (connection) => connection.giveUp(),
    });
    this.#silences = new Deadlines(plan.totalTimeoutMs, {
      now,
      isOpen: ({ stream, lines }) => this.#streams.has(stream) && stream.lines.count === lines,
      onExpired: ({ stream }) => stream.connection.giveUp(),
    });
    this.#telling = setInterval(() => this.#tell(), TELL_MS);
  }

  get isIdle(): boolean {
    return this.#streams.size === 0;
  }

  get held(): number {
    return this.#streams.size - this.#opening;
  }

  send(seq: number, intendedNs: bigint): void {
    const { quality } = this.#hooks;
    if (this.#opening >= this.#maxOpening) {
      quality.dropped();
      this.#lose(seq);
      return;
    }
    const sentNs = now();
    this.#opening += 1;
    quality.sent(Number(sentNs - intendedNs) / 1e6, this.#opening);
    const to = destination(this.#plan, seq % this.#plan.addresses.length);
    const lines = new NumberedLines();
    const response = new HttpResponse((part) => this.#take(stream, part));
    const connection = new Connection(to, false, {
      text: this.#text({ seq, address: to.address }),
      response,
      onEnd: (ending) => this.#ended(stream, ending),
    });
    const stream: Stream = {
      seq,
      intendedNs,
      sentNs,
      address: to.address,
      response,
      lines,
      connection,
    };
    this.#streams.add(stream);
    this.#connects.add(connection, sentNs);
    this.#silences.add({ stream, lines: 0 }, sentNs);
  }

  openLostAgain(): void {
    if (this.#ending) return;
    this.#waiting.push(...this.#missing.splice(0));
    if (this.#waiting.length === 0) return;
    this.#reopening ??= setInterval(() => this.#openNext(), 1_000 / this.#plan.ratePerSecond);
  }

  end(): void {
    this.#ending = true;
    clearInterval(this.#reopening);
  }

  close(): void {
    clearInterval(this.#telling);
    clearTimeout(this.#gathering);
    this.#connects.clear();
    this.#silences.clear();
  }

  #openNext(): void {
    const seq = this.#waiting.shift();
    if (seq !== undefined) return this.send(seq, now());
    clearInterval(this.#reopening);
    this.#reopening = undefined;
  }

  #lose(seq: number): void {
    this.#lost += 1;
    this.#missing.push(seq);
  }

  #take(stream: Stream, part: Buffer): void {
    const { lines } = stream;
    const before = lines.count;
    const inOrder = lines.push(part);
    if (before === 0 && lines.count > 0) {
      const outcome = this.#judge(stream);
      if (outcome !== "ok") return this.#finish(stream, outcome);
      this.#opening -= 1;
      this.#tellSoon();
    }
    if (!inOrder) return this.#finish(stream, "corrupt");
    if (lines.count === before) return undefined;
    if (this.#ending) return this.#finish(stream, "ok");
    this.#silences.add({ stream, lines: lines.count }, now());
    return undefined;
  }

  #judge({ response, seq }: Stream): Outcome {
    return outcomeOfResponse(response, { seq, nodes: this.#plan.expectNodes });
  }

  #ended(stream: Stream, ending: Ending): void {
    if (ending !== "complete") return this.#finish(stream, ending);
    // Lines do not end by themselves: whoever ends them properly has left all the same.
    const outcome = this.#judge(stream);
    return this.#finish(stream, outcome === "ok" ? "eof" : outcome);
  }

  /** @param outcome null when nothing could be sent */
  #finish(stream: Stream, outcome: Outcome | null): void {
    if (!this.#streams.delete(stream)) return;
    const completedNs = now();
    const { response, lines } = stream;
    stream.connection.close();
    if (!this.#hasOpened(stream)) this.#opening -= 1;
    if (outcome !== "ok") {
      this.#lose(stream.seq);
      this.#tellSoon();
    }
    if (outcome === null) this.#hooks.quality.turnedOutDropped(stream.sentNs);
    else {
      this.#hooks.onRecord({
        seq: stream.seq,
        class: "long-lived",
        intendedNs: stream.intendedNs.toString(),
        sentNs: stream.sentNs.toString(),
        completedNs: completedNs.toString(),
        outcome,
        status: response.status,
        node: response.header("x-evenkeel-node"),
        balancer: response.header("x-evenkeel-balancer"),
        bytes: response.bodyBytes,
        ...(this.#plan.addresses.length > 1 ? { address: stream.address } : {}),
        lines: lines.count,
      });
    }
    this.#hooks.onEnded();
  }

  #hasOpened(stream: Stream): boolean {
    return stream.lines.count > 0 && this.#judge(stream) === "ok";
  }

  #tellSoon(): void {
    this.#gathering ??= setTimeout(() => this.#tell(), GATHER_MS);
  }

  #tell(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#hooks.onOpen({ count: this.held, lost: this.#lost });
  }
}
