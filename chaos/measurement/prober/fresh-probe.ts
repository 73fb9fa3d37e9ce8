import { connect, isIPv6, type Socket } from "node:net";
import type { Outcome, ProbePlan } from "../probe.ts";
import { HttpResponse } from "./http-response.ts";
import { outcomeOfError, outcomeOfResponse } from "./outcome.ts";

/** How a probe ended. `outcome` is null when this machine had no port or descriptor left for it. */
export interface ProbeEnd {
  readonly outcome: Outcome | null;
  readonly status: number | null;
  readonly node: string | null;
  readonly balancer: string | null;
  /** Body bytes received. */
  readonly bytes: number;
}

/**
 * One request on a connection of its own:
 *
 * ```
 * connecting ──handshake──► waiting ──last byte, close, error or time out──► ended
 * ```
 *
 * After a complete response the connection is reset, which spares the ephemeral port its TIME_WAIT;
 * every other connection is closed as an ordinary client closes it.
 */
export class FreshProbe {
  readonly seq: number;
  readonly sentNs: bigint;
  #phase: "connecting" | "waiting" | "ended" = "connecting";
  readonly #plan: ProbePlan;
  readonly #socket: Socket;
  readonly #response = new HttpResponse();
  readonly #onEnd: (probe: FreshProbe, end: ProbeEnd) => void;

  constructor(
    plan: ProbePlan,
    request: string,
    seq: number,
    sentNs: bigint,
    onEnd: (probe: FreshProbe, end: ProbeEnd) => void,
  ) {
    this.seq = seq;
    this.sentNs = sentNs;
    this.#plan = plan;
    this.#onEnd = onEnd;
    const socket = connect({
      host: plan.addresses[0] ?? "",
      port: plan.port,
      autoSelectFamily: false,
    });
    this.#socket = socket;
    socket.on("connect", () => {
      if (this.#phase !== "connecting") return;
      this.#phase = "waiting";
      socket.write(request, "latin1");
    });
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => {
      if (this.#phase === "ended") return;
      // A response that was cut short is `eof` too; its status and bytes tell it apart.
      this.#end(this.#response.end() === "complete" ? this.#judged() : "eof");
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => this.#end(outcomeOfError(error.code)));
  }

  get isConnecting(): boolean {
    return this.#phase === "connecting";
  }

  get isOpen(): boolean {
    return this.#phase !== "ended";
  }

  /** Gives up: the server may or may not have acted on the request. */
  timeOut(): void {
    if (this.#phase === "ended") return;
    this.#end("timeout");
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#phase === "ended") return;
    const progress = this.#response.push(chunk);
    if (progress === "more") return;
    this.#end(progress === "complete" ? this.#judged() : "corrupt");
    if (progress === "complete") this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #judged(): Outcome {
    return outcomeOfResponse(this.#response, { seq: this.seq, nodes: this.#plan.expectNodes });
  }

  #end(outcome: Outcome | null): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.#onEnd(this, {
      outcome,
      status: this.#response.status,
      node: this.#response.header("x-evenkeel-node"),
      balancer: this.#response.header("x-evenkeel-balancer"),
      bytes: this.#response.bodyBytes,
    });
  }
}

/** The request of every probe of a plan; only its number differs. */
export function requestWriter(plan: ProbePlan): (seq: number) => string {
  const names = new Set(Object.keys(plan.headers).map((name) => name.toLowerCase()));
  const [first = ""] = plan.addresses;
  const address = isIPv6(first) ? `[${first}]` : first;
  const head = [
    `GET ${plan.path} HTTP/1.1`,
    ...(names.has("host") ? [] : [`Host: ${address}:${plan.port}`]),
    "Connection: close",
    `x-evenkeel-run: ${plan.run}`,
    `x-evenkeel-trial: ${plan.trial}`,
    ...Object.entries(plan.headers).map(([name, value]) => `${name}: ${value}`),
    "x-evenkeel-seq: ",
  ].join("\r\n");
  return (seq) => `${head}${seq}\r\n\r\n`;
}
