import { connect } from "node:net";

/** What is sent through a link to see how it fares. */
export interface CanaryQuestion {
  readonly address: string;
  readonly port: number;
  readonly send: string;
  /** How long the whole look may take. */
  readonly withinMs: number;
  /** Looks until the first bytes come back, or until the far end has closed. */
  readonly until: "data" | "end";
}

/** What a canary met. */
export interface CanaryLook {
  readonly outcome:
    /** Bytes came back, and the end if it was waited for. */
    | "answered"
    /** Less than was waited for came in time. */
    | "silent"
    /** The connection ended without a byte. */
    | "closed"
    | "reset"
    | "refused"
    /** No way to the address. */
    | "unreachable";
  /** From the first packet of the handshake to what decided. */
  readonly tookMs: number;
  readonly bytes: number;
  /** In how many pieces they came. */
  readonly pieces: number;
}

const OUTCOMES: ReadonlyMap<string | undefined, CanaryLook["outcome"]> = new Map([
  ["ECONNREFUSED", "refused"],
  ["ECONNRESET", "reset"],
  ["EPIPE", "reset"],
]);

/**
 * Sends bytes and looks at what comes back. Every canary opens a connection of its own, so it sees
 * what a new client sees. Never rejects.
 */
export function canary(question: CanaryQuestion): Promise<CanaryLook> {
  const { address, port, send, withinMs, until } = question;
  return new Promise((resolve) => {
    const begin = performance.now();
    let [bytes, pieces] = [0, 0];
    const socket = connect({ host: address, port });
    const finish = (outcome: CanaryLook["outcome"]): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve({ outcome, tookMs: performance.now() - begin, bytes, pieces });
    };
    const deadline = setTimeout(() => finish("silent"), withinMs);
    socket.once("connect", () => socket.write(send));
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      pieces += 1;
      if (until === "data") finish("answered");
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      finish(OUTCOMES.get(code) ?? "unreachable"),
    );
    socket.once("end", () => finish(bytes > 0 ? "answered" : "closed"));
  });
}
