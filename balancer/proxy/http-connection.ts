import type { Socket } from "node:net";
import { countReason } from "../listener/counters.ts";
import { BodyReader } from "../protocol/body-reader.ts";
import { interpretRequest, type RequestHead } from "../protocol/request.ts";
import { RequestLine } from "../protocol/request-line.ts";
import { isRefusal, refuse, type Refusal } from "../protocol/refusal.ts";
import { NEEDS_MORE, REFUSED, SectionReader } from "../protocol/section-reader.ts";
import { clientAddress } from "./client-address.ts";
import type { Backend } from "../upstream/backend.ts";
import type { Expiring } from "./deadline-sweep.ts";
import type { HttpContext } from "./http-context.ts";
import { HttpExchange } from "./http-exchange.ts";
import { writeOwnAnswer } from "./own-answer.ts";
import { LEFT, RequestRecorder } from "./request-recorder.ts";
import { reset } from "./reset.ts";
import { TryAccount } from "./try-account.ts";

/** How long a closed connection is still read, so that a reset does not overtake the answer. */
const LINGER_MS = 1_000;
const LINGER_BYTES = 256 * 1024;

/**
 * One client connection: requests are read one at a time, the next one only after the answer to the
 * last, so that answers keep their order and pipelining costs no memory beyond one read.
 *
 *   idle → head → exchange → idle … → lingering → closed
 *
 * Once a request is refused no further byte is interpreted.
 */
export class HttpConnection implements Expiring {
  readonly socket: Socket;
  readonly clientAddress: string;
  readonly body: BodyReader;
  readonly account = new TryAccount();
  readonly #currentContext: () => HttpContext;
  /** What the present request goes by. */
  #context: HttpContext;
  readonly #recorder: RequestRecorder;
  readonly #line: RequestLine;
  readonly #section: SectionReader;
  deadline: number;
  #exchange: HttpExchange | null = null;
  /** Bytes that were read and not yet used. */
  #chunk: Buffer | null = null;
  #at = 0;
  #advancing = false;
  #ended = false;
  #lingering = false;
  #lingeredBytes = 0;

  /** @param currentContext asked for each request anew, because a configuration may replace another one */
  constructor(socket: Socket, currentContext: () => HttpContext) {
    const context = currentContext();
    this.socket = socket;
    this.#currentContext = currentContext;
    this.#context = context;
    this.clientAddress = clientAddress(socket);
    this.#recorder = new RequestRecorder(socket, this.clientAddress, context);
    this.#line = new RequestLine(context.limits.targetBytes);
    this.#section = new SectionReader(context.requestLimits, this.#line);
    this.body = new BodyReader(context.trailerLimits, context.limits.bodyBytes);
    this.deadline = context.now() + context.timeouts.idle;
    context.sweep.watch(this);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("end", () => this.#end());
    socket.on("finish", () => {
      this.deadline = context.now() + LINGER_MS;
    });
    // What went wrong shows in `close`, which follows.
    socket.on("error", () => {});
    socket.on("close", () => this.#closed());
  }

  /** Whether a request has begun that is not answered. */
  get busy(): boolean {
    return !this.#lingering && (this.#exchange !== null || this.#section.begun);
  }

  /** Whether the connection may serve another request after this one. */
  persists(request: RequestHead): boolean {
    return request.keepAlive && !this.#context.closing && !this.#inputOver;
  }

  /** Whether the client has ended its side and everything that it sent was used. */
  get #inputOver(): boolean {
    return this.#ended && this.#inputUsed;
  }

  /** Whether everything that was read was used. */
  get #inputUsed(): boolean {
    return this.#chunk === null || this.#at >= this.#chunk.length;
  }

  /** Closes a connection on which no request has begun. */
  closeIfIdle(): void {
    if (!this.busy && !this.#lingering) this.#linger();
  }

  /** Breaks the connection so that the client sees an error and no clean end. */
  cut(reason: string): void {
    const exchange = this.#exchange;
    // From here on nothing is interpreted, whatever is still at hand.
    this.#lingering = true;
    this.#chunk = null;
    this.#exchange = null;
    if (exchange !== null) {
      exchange.abandon();
      this.#recorder.end(exchange, exchange.answering ? exchange.status : LEFT, reason);
    }
    reset(this.socket);
  }

  /** Breaks off a request that a backend works on. */
  cutOff(backend: Backend): void {
    this.#exchange?.cutOff(backend);
  }

  /** The client stopped sending the body that it announced. */
  refuseSlowBody(): void {
    this.#refuse(refuse("body-timeout"));
  }

  /** Goes on with input that had to wait. */
  resumeInput(): void {
    this.#advance();
    if (this.#chunk === null && this.socket.isPaused()) this.socket.resume();
  }

  /** The exchange has written its whole response. */
  exchangeDone(keepAlive: boolean): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#recorder.end(exchange, exchange.status, undefined);
    this.#next(keepAlive);
  }

  /** The exchange has no response; `reason` says why. */
  exchangeFailed(status: number, reason: string): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (exchange.answering) {
      this.cut(reason);
      return;
    }
    const keepAlive = exchange.requestDone && this.persists(exchange.request);
    this.#answer(status, reason, keepAlive, exchange.request);
    this.#recorder.end(exchange, status, reason);
    this.#next(keepAlive);
  }

  expire(now: number): void {
    if (this.#lingering) this.#leave();
    else if (this.#exchange !== null) this.#exchange.expire();
    else if (this.#section.begun) this.#refuse(refuse("header-timeout"));
    else this.#linger();
    // Whatever was decided has its own deadline; without one this must not fire on every sweep.
    if (this.deadline <= now) this.deadline = now + LINGER_MS;
  }

  #read(chunk: Buffer): void {
    this.#context.counters.bytesIn += chunk.length;
    if (this.#lingering) {
      this.#lingeredBytes += chunk.length;
      if (this.#lingeredBytes > LINGER_BYTES) this.#leave();
      return;
    }
    this.#chunk =
      this.#chunk === null ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), chunk]);
    this.#at = 0;
    this.#advance();
  }

  #advance(): void {
    // An exchange that ends at once comes back here; the loop below goes on by itself.
    if (this.#advancing) return;
    this.#advancing = true;
    while (this.#chunk !== null && this.#useChunk(this.#chunk)) {
      if (this.#chunk !== null && this.#at >= this.#chunk.length) this.#chunk = null;
    }
    this.#advancing = false;
    this.#exchange?.flush();
    if (this.#chunk !== null) this.socket.pause();
    else if (this.#ended) this.#noMoreInput();
  }

  /** Uses some of the input; false when it has to wait, or is not wanted any more. */
  #useChunk(chunk: Buffer): boolean {
    const exchange = this.#exchange;
    if (exchange === null) return !this.socket.writableNeedDrain && this.#readHead(chunk);
    if (exchange.requestDone || !exchange.wantsBody) return false;
    const at = exchange.takeBody(chunk, this.#at);
    if (typeof at === "number") this.#at = at;
    else this.#refuse(at);
    return this.#chunk !== null;
  }

  #readHead(chunk: Buffer): boolean {
    if (!this.#section.begun) this.#context = this.#currentContext();
    const { now, timeouts, limits } = this.#context;
    if (!this.#section.begun) {
      const startedAt = now();
      this.#recorder.begin(startedAt, this.#context);
      this.deadline = startedAt + timeouts.requestHeader;
    }
    const at = this.#section.feed(chunk, this.#at);
    if (at === NEEDS_MORE) {
      this.#chunk = null;
      // An empty line is no request.
      if (!this.#section.begun) this.deadline = now() + timeouts.idle;
      return false;
    }
    if (at === REFUSED) {
      this.#refuse(this.#section.refusal ?? refuse("request-line"));
      return false;
    }
    this.#at = at;
    const request = interpretRequest(this.#line, this.#section, limits.bodyBytes);
    if (isRefusal(request)) {
      this.#refuse(request);
      return false;
    }
    this.#context.counters.requests += 1;
    const exchange = new HttpExchange(request, this, this.#context);
    this.#exchange = exchange;
    if (request.maxForwards === 0) this.#answerForLastHop(exchange);
    else exchange.start();
    return this.#chunk !== null;
  }

  /** RFC 9110 §7.6.2: who receives Max-Forwards 0 answers by itself. */
  #answerForLastHop(exchange: HttpExchange): void {
    const keepAlive = exchange.requestDone && this.persists(exchange.request);
    this.#answer(200, undefined, keepAlive, exchange.request);
    exchange.abandon();
    this.#recorder.end(exchange, 200, undefined);
    this.#next(keepAlive);
  }

  #next(keepAlive: boolean): void {
    this.#exchange = null;
    // An answer that began before the drain has told the client that it may ask again.
    if (!keepAlive || (this.#context.draining && this.#inputUsed)) {
      this.#linger();
      return;
    }
    this.#section.reset();
    this.deadline = this.#context.now() + this.#context.timeouts.idle;
    this.resumeInput();
  }

  #refuse(refusal: Refusal): void {
    const { counters } = this.#context;
    countReason(counters.rejected, refusal.reason);
    const exchange = this.#exchange;
    if (exchange?.answering === true) {
      this.cut(refusal.reason);
      return;
    }
    this.#exchange = null;
    exchange?.abandon();
    this.#answer(refusal.status, refusal.reason, false, exchange?.request);
    this.#recorder.end(exchange, refusal.status, refusal.reason);
    this.#linger();
  }

  #answer(
    status: number,
    reason: string | undefined,
    keepAlive: boolean,
    request: RequestHead | undefined,
  ): void {
    const text = writeOwnAnswer({
      status,
      reason,
      keepAlive,
      minor: request?.minor ?? 1,
      withBody: request?.method !== "HEAD",
      nodeId: this.#context.nodeId,
      date: this.#context.dates.text(),
    });
    this.socket.write(text, "latin1");
  }

  /** Ends our side and discards what still comes, for a bounded time. */
  #linger(): void {
    this.#lingering = true;
    this.#chunk = null;
    this.deadline = this.#context.now() + this.#context.timeouts.idle;
    this.socket.end();
    this.socket.resume();
  }

  /** Goes without waiting for the client any longer; what it has not taken must not look whole. */
  #leave(): void {
    if (this.socket.writableFinished) this.socket.destroy();
    else reset(this.socket);
  }

  #drained(): void {
    if (this.#exchange !== null) this.#exchange.clientDrained();
    else this.resumeInput();
  }

  #end(): void {
    this.#ended = true;
    // The end can be heard while pipelined requests are still waiting for their turn.
    if (this.#chunk === null) this.#noMoreInput();
  }

  /** Everything that the client sent was used, and nothing will follow. */
  #noMoreInput(): void {
    if (this.#lingering) return;
    const exchange = this.#exchange;
    if (exchange === null) {
      if (this.#section.begun) this.#refuse(refuse("incomplete"));
      else this.#linger();
    } else if (!exchange.requestDone) this.cut("client-gone");
  }

  #closed(): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.#chunk = null;
    if (exchange !== null) {
      exchange.abandon();
      this.#recorder.end(exchange, exchange.answering ? exchange.status : LEFT, "client-gone");
    }
    this.#lingering = true;
    this.#recorder.countBytes();
    this.#context.sweep.forget(this);
    this.#context.closed(this);
  }
}
