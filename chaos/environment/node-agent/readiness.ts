import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What is tried, once. Resolves with null when it holds, else with what was seen instead. */
export type Attempt = () => Promise<string | null>;

/** Pause between attempts. */
const RETRY_MS = 5;
/**
 * One attempt's own limit. Short: before a link is up a lost SYN would otherwise cost a second.
 */
const ATTEMPT_MS = 50;

/**
 * Tries until it holds.
 *
 * @throws Error that says what was awaited and what was seen last
 */
export async function awaitReadiness(
  attempt: Attempt,
  options: {
    readonly deadlineMs: number;
    readonly waitingFor: string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const end = performance.now() + options.deadlineMs;
  let seen = "nothing tried";
  do {
    options.signal.throwIfAborted();
    const result = await attempt();
    if (result === null) return;
    seen = result;
    await sleep(RETRY_MS, undefined, { signal: options.signal });
  } while (performance.now() < end);
  throw new Error(`${options.waitingFor} not within ${options.deadlineMs} ms: ${seen}`);
}

/** A TCP handshake succeeds. */
export function tcpAttempt(host: string, port: number): Attempt {
  return () =>
    new Promise((resolve) => {
      const socket = connect({ host, port });
      const finish = (seen: string | null): void => {
        socket.destroy();
        resolve(seen);
      };
      socket.setTimeout(ATTEMPT_MS, () => finish("no answer to the handshake"));
      socket.once("connect", () => finish(null));
      socket.once("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    });
}

/** An HTTP request, over TCP or a unix socket, is answered with this status. */
export function httpAttempt(
  target: { readonly host: string; readonly port: number } | { readonly socketPath: string },
  path: string,
  status: number | "any",
): Attempt {
  return () =>
    new Promise((resolve) => {
      const call = request({
        ...target,
        path,
        agent: false,
        timeout: ATTEMPT_MS * 4,
        headers: { connection: "close" },
      });
      call.once("response", (response) => {
        response.resume();
        const seen = response.statusCode ?? 0;
        resolve(status === "any" || seen === status ? null : `status ${seen}`);
        call.destroy();
      });
      call.once("timeout", () => {
        resolve("no response");
        call.destroy();
      });
      call.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      call.end();
    });
}
