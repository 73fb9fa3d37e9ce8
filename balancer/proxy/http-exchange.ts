import { outcomeOfStatus, type Outcome } from "../health/outcome.ts";
import { countReason } from "../listener/counters.ts";
import type { BodyReader } from "../protocol/body-reader.ts";
import type { Refusal } from "../protocol/refusal.ts";
import type { RequestHead } from "../protocol/request.ts";
import { writeRequestHead } from "../protocol/request-writer.ts";
import type { ResponseHead } from "../protocol/response.ts";
import type { Backend } from "../upstream/backend.ts";
import type { UpstreamConnection, UpstreamUser } from "../upstream/upstream-connection.ts";
import type { HttpConnection } from "./http-connection.ts";
import type { HttpContext } from "./http-context.ts";
import { RequestRelay } from "./request-relay.ts";
import { ResponseRelay } from "./response-relay.ts";
import { mayRetry, type TryFailure } from "./retry.ts";
import type { TryAccount } from "./try-account.ts";

/** Where an exchange stands; each wait has its own deadline and its own blame. */
type Phase =
  /** A chunked body has not shown a valid first chunk: nothing is sent before it has. */
  | "held"
  | "connecting"
  /** The head went out; the body, if any, and the response are under way. */
  | "forwarding"
  | "over";

/** Why a try failed, as the access log has it, and what it says of the backend. */
const OUTCOMES = {
  "connect-failed": "connect-failed",
  "connect-timeout": "connect-timeout",
  "upstream-closed": "broken",
  "response-truncated": "broken",
  "bad-response": "broken",
  "response-timeout": "response-timeout",
} as const satisfies Record<string, Outcome>;

type FailureReason = keyof typeof OUTCOMES;

/** What a further pick excludes that may take any backend. */
const NOBODY: ReadonlySet<string> = new Set();

/**
 * One request and its response: picks a backend, forwards, tries once more where that is safe, and
 * keeps its account of the try right on every way out.
 */
export class HttpExchange implements UpstreamUser {
  readonly request: RequestHead;
  readonly #client: HttpConnection;
  readonly #context: HttpContext;
  readonly #body: BodyReader;
  readonly #account: TryAccount;
  readonly #response: ResponseRelay;
  /** The way out to the backend, once connected. */
  #forwarded: RequestRelay | null = null;
  #phase: Phase = "held";
  #upstream: UpstreamConnection | null = null;
  /** Ids of backends that failed this request. */
  #tried: Set<string> | null = null;
  /** First body bytes of a held request. */
  #firstBytes: Buffer | null = null;
  #responseBegun = false;
  /** What the request is hashed by. */
  #key: string | undefined;
  /** Whether a backend was picked because its pool was in panic. */
  panic = false;
  /** Id of the backend tried last; empty for none. */
  backendId = "";
  retries = 0;
  /** Body bytes of the response that came from the backend. */
  responseBytes = 0;

  constructor(request: RequestHead, client: HttpConnection, context: HttpContext) {
    this.request = request;
    this.#client = client;
    this.#context = context;
    this.#body = client.body;
    this.#account = client.account;
    this.#body.begin(request.framing, request.length);
    this.#response = new ResponseRelay(request, client.socket, context);
  }

  /** Whether the whole request was read, and found well-formed. */
  get requestDone(): boolean {
    return this.#body.done;
  }

  /** Whether bytes of the body can be taken now. */
  get wantsBody(): boolean {
    if (this.#phase === "held") return true;
    return this.#phase === "forwarding" && this.#upstream?.socket.writableNeedDrain === false;
  }

  /** Whether any of the final response went to the client. */
  get answering(): boolean {
    return this.#response.begun;
  }

  /** Status that the backend answered with; 0 for none. */
  get status(): number {
    return this.#response.head?.status ?? 0;
  }

  /** Begins. May end before it returns, when no backend can be picked. */
  start(): void {
    // A violation in the first chunk must reach no backend. Who waits for a 100 sends none before it.
    if (this.request.framing === "chunked" && !this.request.expectsContinue) {
      this.#wait(this.#context.timeouts.requestBody);
    } else {
      this.#pickFirst();
    }
  }

  /** Takes body bytes from an offset on; returns where it stopped, or why they are refused. */
  takeBody(chunk: Buffer, from: number): number | Refusal {
    const body = this.#body;
    let at = from;
    while (at < chunk.length && !body.done && this.wantsBody) {
      at = body.step(chunk, at);
      if (body.refusal !== null) return body.refusal;
      const data =
        body.dataEnd > body.dataStart ? chunk.subarray(body.dataStart, body.dataEnd) : null;
      if (this.#phase === "held") {
        if (data === null && !body.done) continue;
        this.#firstBytes = data;
        this.#pickFirst();
        return at;
      }
      if (data !== null) this.#forwarded?.data(data);
      if (body.done) this.#endBody();
      else this.#waitForBody();
    }
    return at;
  }

  /** Writes out what was held together; called when the input at hand is used up. */
  flush(): void {
    this.#forwarded?.flush();
  }

  /** The client can take more of the response. */
  clientDrained(): void {
    if (this.#phase !== "forwarding") return;
    this.#upstream?.socket.resume();
    this.#waitForBody();
  }

  /** The client is gone or was refused: nothing of this exchange matters any more. */
  abandon(): void {
    if (this.#phase === "over") return;
    this.#phase = "over";
    if (!this.#account.observed) this.#account.observe("abandoned", this.#context.now());
    this.#release();
  }

  /** The backend is to be rid of this exchange, if it is with that one. */
  cutOff(backend: Backend): void {
    if (this.#account.backend !== backend) return;
    if (!this.#account.observed) this.#account.observe("abandoned", this.#context.now());
    this.#release();
    this.#answer(502, "backend-drained");
  }

  /** The wait that this exchange is in has lasted too long. */
  expire(): void {
    if (this.#phase === "connecting") this.#fail("connect", 504, "connect-timeout");
    else if (this.#client.socket.writableNeedDrain) this.#client.cut("client-stalled");
    else if (this.#waitsForClient) this.#client.refuseSlowBody();
    else this.#fail("other", 504, "response-timeout");
  }

  upstreamConnected(): void {
    this.#forward();
  }

  upstreamData(upstream: UpstreamConnection, chunk: Buffer): void {
    if (this.#phase !== "forwarding") return;
    this.#responseBegun = true;
    const persists = this.requestDone && this.#client.persists(this.request);
    const progress = this.#response.take(upstream, chunk, persists);
    const { head } = this.#response;
    if (head !== null) {
      this.responseBytes = upstream.body.bytes;
      if (!this.#account.observed) this.#answered(head);
    }
    if (progress === "done") this.#finish(upstream);
    else if (progress !== "more") this.#fail("other", 502, "bad-response");
    else {
      if (!this.#client.socket.writableNeedDrain) {
        this.#waitForBody();
        return;
      }
      upstream.socket.pause();
      // The kernel tells of room only once much of its buffer is free, which takes a slow reader long.
      this.#wait(this.#context.timeouts.idle);
    }
  }

  upstreamDrained(): void {
    if (this.requestDone || this.#phase !== "forwarding") return;
    this.#waitForBody();
    this.#client.resumeInput();
  }

  upstreamEnded(upstream: UpstreamConnection): void {
    if (this.#phase !== "forwarding") return;
    if (this.#response.end(upstream)) this.#finish(upstream);
    else this.#lost(upstream);
  }

  upstreamClosed(upstream: UpstreamConnection): void {
    if (this.#phase === "connecting") this.#fail("connect", 502, "connect-failed");
    else if (this.#phase === "forwarding") this.#lost(upstream);
  }

  #pickFirst(): void {
    const { pool, now, requestKey } = this.#context;
    this.#key = requestKey?.(this.request, this.#client.clientAddress);
    const backend = pool.pick(now(), null, this.#key);
    if (backend === undefined) this.#answer(503, "no-healthy-backend");
    else this.#use(backend, true);
  }

  #use(backend: Backend, mayReuse: boolean): void {
    const { connections, timeouts, pool, now } = this.#context;
    this.backendId = backend.id;
    if (backend.panicking) this.panic = true;
    this.#account.begin(pool, backend, now());
    this.#phase = "connecting";
    const pooled = mayReuse ? connections.take(backend, this) : undefined;
    if (pooled === undefined) {
      this.#wait(timeouts.connect);
      this.#upstream = connections.connect(backend, this);
    } else {
      this.#upstream = pooled;
      this.#forward();
    }
  }

  #forward(): void {
    const upstream = this.#upstream;
    if (upstream === null) return;
    this.#phase = "forwarding";
    const { backend, socket } = upstream;
    const head = writeRequestHead(this.request, {
      client: this.#client.clientAddress,
      fallbackHost: backend.authority,
    });
    const forwarded = new RequestRelay(socket, head, this.request.framing === "chunked");
    this.#forwarded = forwarded;
    if (this.#firstBytes !== null) forwarded.data(this.#firstBytes);
    this.#firstBytes = null;
    if (this.requestDone) this.#endBody();
    else this.#waitForBody();
    // The body that is at hand goes into the same write; `flush` ends this.
    this.#client.resumeInput();
  }

  #endBody(): void {
    if (this.#forwarded?.bodyBegun === true) this.#account.asked(this.#context.now());
    this.#forwarded?.end();
    this.#wait(this.#context.timeouts.response);
  }

  /** The response is whole. */
  #finish(upstream: UpstreamConnection): void {
    this.#phase = "over";
    this.#account.judge("answered");
    const reusable =
      this.#response.head?.reusable === true && !this.#response.extraBytes && this.requestDone;
    if (reusable) {
      this.#account.end(this.#context.now());
      this.#upstream = null;
      this.#context.connections.put(upstream);
    } else this.#release();
    this.#client.exchangeDone(this.#response.keepAlive);
  }

  #lost(upstream: UpstreamConnection): void {
    const stale = upstream.reused && !this.#responseBegun;
    const reason = this.#responseBegun ? "response-truncated" : "upstream-closed";
    this.#fail(stale ? "stale" : "other", 502, reason);
  }

  #fail(failure: TryFailure, status: number, reason: FailureReason): void {
    const { pool, now, counters } = this.#context;
    const bodyBegun = this.#forwarded?.bodyBegun === true;
    const { backend } = this.#account;
    if (backend !== null) backend.failed += 1;
    // A stale connection says nothing of its backend.
    if (failure !== "stale") {
      this.#account.observe("failed", now());
      this.#account.judge(OUTCOMES[reason]);
    }
    this.#release();
    if (
      this.retries < pool.config.retry.attempts &&
      mayRetry(failure, this.request.method, bodyBegun)
    ) {
      (this.#tried ??= new Set()).add(this.backendId);
      // After a stale connection the only backend that there is may serve again.
      const next =
        pool.pick(now(), this.#tried, this.#key) ??
        (failure === "stale" ? pool.pick(now(), NOBODY, this.#key) : undefined);
      if (next !== undefined) {
        this.retries += 1;
        if (failure === "stale") counters.staleRetries += 1;
        else counters.retries += 1;
        // A pooled connection may be stale again; a second try does not risk it.
        this.#use(next, false);
        return;
      }
    }
    this.#answer(status, reason);
  }

  #answer(status: number, reason: string): void {
    this.#phase = "over";
    countReason(this.#context.counters.upstreamErrors, reason);
    this.#client.exchangeFailed(status, reason);
  }

  /** Gives up backend and connection; nothing more is heard of either. */
  #release(): void {
    this.#account.end(this.#context.now());
    const upstream = this.#upstream;
    this.#upstream = null;
    this.#forwarded = null;
    if (upstream !== null) this.#context.connections.destroy(upstream);
  }

  /** The head of the answer is here. A failure is one at once, a success only as a whole. */
  #answered({ status, leaving }: ResponseHead): void {
    const { pool, now } = this.#context;
    const { backend } = this.#account;
    if (leaving && backend !== null) pool.leaves(backend, now());
    this.#account.observe(status >= 500 ? "failed" : "answered", now());
    if (status >= 500) this.#account.judge(outcomeOfStatus(status));
  }

  /** Whether the next move is the client's: to send more of its body. */
  get #waitsForClient(): boolean {
    if (this.requestDone || !this.wantsBody) return false;
    return (
      this.#forwarded?.bodyBegun === true ||
      !this.request.expectsContinue ||
      this.#response.continued
    );
  }

  /** For more of the request while that is the client's to send, and for the response otherwise. */
  #waitForBody(): void {
    const { timeouts } = this.#context;
    this.#wait(this.#waitsForClient ? timeouts.requestBody : timeouts.response);
  }

  #wait(durationMs: number): void {
    this.#client.deadline = this.#context.now() + durationMs;
  }
}
