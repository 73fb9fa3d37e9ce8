import { connect, type Socket } from "node:net";
import type { HealthCheckConfig } from "../config.ts";
import type { CheckResult } from "./check-result.ts";
import { HttpDialogue } from "./http-dialogue.ts";
import { TcpDialogue } from "./tcp-dialogue.ts";

/** What is checked. */
export interface CheckTarget {
  readonly address: string;
  readonly port: number;
}

/**
 * One check of one backend, over a connection of its own. Never rejects.
 *
 * @param check its `timeout` bounds connection and answer together; its `port` replaces the target's
 * @param signal gives the check up; it then ends as `closed`
 */
export function runCheck(
  target: CheckTarget,
  check: HealthCheckConfig,
  signal: AbortSignal,
): Promise<CheckResult> {
  return new Promise((resolve) => {
    const port = check.port ?? target.port;
    const dialogue =
      check.type === "tcp"
        ? new TcpDialogue(check)
        : new HttpDialogue(check, authorityOf(target.address, port));
    const socket = connect({ host: target.address, port });
    let decided = false;
    const decide = (result: CheckResult): void => {
      if (decided) return;
      decided = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      leave(socket, result);
      resolve(result);
    };
    const giveUp = (): void => decide("closed");
    // Sockets are read before an immediate runs: an answer that came while this process was paused
    // or busy counts, or a balancer that was stopped for a moment would condemn everybody.
    const timer = setTimeout(() => setImmediate(decide, "timeout"), check.timeout);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();

    socket.on("error", (error: NodeJS.ErrnoException) => decide(resultOf(error)));
    socket.on("close", () => decide("closed"));
    socket.on("end", () => decide(dialogue.end()));
    socket.on("connect", () => {
      if (dialogue.question.length > 0) socket.write(dialogue.question);
      if (!dialogue.needsAnswer) decide("pass");
    });
    const read = (chunk: Buffer): void => {
      const result = dialogue.take(chunk);
      if (result === "more") return;
      socket.off("data", read);
      decide(result);
    };
    if (dialogue.needsAnswer) socket.on("data", read);
  });
}

/** How checks end that were answered. */
const ANSWERS: ReadonlySet<CheckResult> = new Set([
  "pass",
  "leaving",
  "status",
  "header",
  "content",
]);

/** How long an answered backend may take to close the connection before we break it off. */
const LINGER_MS = 500;

/**
 * Lets go of the connection. After an answer the rest of it is read and thrown away, because
 * closing on unread bytes sends a reset, which servers log as an error.
 */
function leave(socket: Socket, result: CheckResult): void {
  if (!ANSWERS.has(result)) {
    socket.destroy();
    return;
  }
  socket.end();
  socket.resume();
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  linger.unref();
  socket.once("close", () => clearTimeout(linger));
}

function resultOf(error: NodeJS.ErrnoException): CheckResult {
  switch (error.code) {
    case "ECONNREFUSED":
      return "refused";
    case "ETIMEDOUT":
      return "timeout";
    case "ECONNRESET":
    case "EPIPE":
      return "reset";
    default:
      return "unreachable";
  }
}

function authorityOf(address: string, port: number): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return port === 80 ? host : `${host}:${port}`;
}
