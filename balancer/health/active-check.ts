import { connect, type Socket } from "node:net";
import type { HealthCheckConfig } from "../config.ts";
import type { CheckResult } from "./check-result.ts";
import { readStatusLine } from "./status-line.ts";

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
    const socket = connect({ host: target.address, port: check.port ?? target.port });
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
    socket.on("end", () => decide("closed"));
    if (check.type === "tcp") socket.on("connect", () => decide("pass"));
    else askHttp(socket, target, check, decide);
  });
}

function askHttp(
  socket: Socket,
  target: CheckTarget,
  check: Extract<HealthCheckConfig, { type: "http" }>,
  decide: (result: CheckResult) => void,
): void {
  const host = check.host ?? hostOf(target.address, check.port ?? target.port);
  const request = `GET ${check.path} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: evenkeel-check\r\nconnection: close\r\n\r\n`;
  socket.on("connect", () => socket.write(request));
  let received: Buffer = Buffer.alloc(0);
  const read = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    const status = readStatusLine(received);
    if (status === "more") return;
    socket.off("data", read);
    if (status === "invalid") decide("invalid");
    else decide(check.expectedStatus.includes(status) ? "pass" : "status");
  };
  socket.on("data", read);
}

/** How long an answered backend may take to close the connection before we break it off. */
const LINGER_MS = 500;

/**
 * Lets go of the connection. After an answer the rest of it is read and thrown away, because
 * closing on unread bytes sends a reset, which servers log as an error.
 */
function leave(socket: Socket, result: CheckResult): void {
  if (result !== "pass" && result !== "status") {
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

function hostOf(address: string, port: number): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return port === 80 ? host : `${host}:${port}`;
}
