import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What is tried, once. Resolves with null when it holds, else with what was seen instead. */
export type Attempt = () => Promise<string | null>;

/** Pause between attempts, where nothing tells when another one is worth it. */
const RETRY_MS = 20;
/** The same where a hint does: an attempt costs a node that starts nearly a millisecond of CPU. */
const HINTED_RETRY_MS = 50;
/** A program that talks all the time is not asked after every line. */
const HINT_PAUSE_MS = 5;
/**
 * One attempt's own limit. Short: before a link is up a lost SYN would otherwise cost a second.
 */
const ATTEMPT_MS = 50;

/** Tells whoever waits that trying again is worth it: the program that is awaited said something. */
export class Hint {
  #given = false;
  #wake: () => void = () => undefined;

  give(): void {
    this.#given = true;
    this.#wake();
  }

  /** Resolves once it is given, or has been given since the last wait; after that time at the latest. */
  within(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#given = false;
        this.#wake = () => undefined;
        resolve();
      };
      if (this.#given) this.#wake();
    });
  }
}

/**
 * Tries until it holds.
 *
 * @throws Error that says what was awaited and what was seen last; what the signal was aborted with
 */
export async function awaitReadiness(
  attempt: Attempt,
  options: {
    readonly deadlineMs: number;
    readonly waitingFor: string;
    readonly signal: AbortSignal;
    /** When to try again. @default every 20 ms; with a hint also without one every 50 ms */
    readonly hint?: Hint;
  },
): Promise<void> {
  const { signal, hint = new Hint() } = options;
  const retryMs = options.hint === undefined ? RETRY_MS : HINTED_RETRY_MS;
  const end = performance.now() + options.deadlineMs;
  const wake = (): void => hint.give();
  signal.addEventListener("abort", wake, { once: true });
  try {
    let seen = "nothing tried";
    do {
      signal.throwIfAborted();
      const result = await attempt();
      if (result === null) return;
      seen = result;
      await sleep(HINT_PAUSE_MS);
      await hint.within(retryMs - HINT_PAUSE_MS);
    } while (performance.now() < end);
    throw new Error(`${options.waitingFor} not within ${options.deadlineMs} ms: ${seen}`);
  } finally {
    signal.removeEventListener("abort", wake);
  }
}

/**
 * A TCP handshake succeeds.
 *
 * @param timeoutMs of one attempt
 */
export function tcpAttempt(host: string, port: number, timeoutMs = ATTEMPT_MS): Attempt {
  return () =>
    new Promise((resolve) => {
      const socket = connect({ host, port });
      const finish = (seen: string | null): void => {
        socket.destroy();
        resolve(seen);
      };
      socket.setTimeout(timeoutMs, () => afterReads(() => finish("no answer to the handshake")));
      socket.once("connect", () => finish(null));
      socket.once("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    });
}

/** The status of an HTTP response, from the first bytes of it. */
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})[ \r]/;

/**
 * An HTTP request, over TCP or a unix socket, is answered with this status. Written by hand: to load
 * `node:http` would cost every node 50 ms of CPU at its start.
 *
 * @param timeoutMs of one attempt
 */
export function httpAttempt(
  target: { readonly host: string; readonly port: number } | { readonly path: string },
  requestPath: string,
  status: number,
  timeoutMs = ATTEMPT_MS * 4,
): Attempt {
  const request = `GET ${requestPath} HTTP/1.1\r\nHost: readiness\r\nConnection: close\r\n\r\n`;
  return () =>
    new Promise((resolve) => {
      const socket = connect(target);
      let head = "";
      const finish = (seen: string | null): void => {
        socket.destroy();
        resolve(seen);
      };
      socket.setTimeout(timeoutMs, () => afterReads(() => finish("no response")));
      socket.once("connect", () => socket.write(request));
      socket.setEncoding("latin1").on("data", (text: string) => {
        head += text;
        const seen = STATUS_LINE.exec(head)?.[1];
        if (seen !== undefined) finish(Number(seen) === status ? null : `status ${seen}`);
        else if (head.length > 16) finish("not HTTP");
      });
      socket.once("end", () => finish("closed without a response"));
      socket.once("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    });
}

/** An answer that came while this process was paused counts: sockets are read before an immediate runs. */
function afterReads(act: () => void): void {
  setImmediate(act);
}
