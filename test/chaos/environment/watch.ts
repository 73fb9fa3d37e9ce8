import type { RunningNode, SpawnedProcess } from "../../../chaos/environment/environment.ts";

/** What one attempt to be answered came to. */
export type Answer =
  /** Bytes came back. */
  | "answered"
  /** The handshake succeeded, and nothing came back in time. */
  | "silent"
  /** The handshake was refused. */
  | "refused"
  /** The connection ended without an answer. */
  | "closed"
  /** No handshake in time, or no way to the address. */
  | "unreachable";

/** One attempt; it began at that time on CLOCK_MONOTONIC. */
export interface Attempt {
  readonly beganNs: bigint;
  readonly answer: Answer;
}

/** A limit on waiting for something that takes milliseconds; reached only when it never happens. */
const PATIENCE_MS = 10_000;

/** Connects again and again, asks, and prints how it went. It has to run where only Node is. */
const PROGRAM = `
const [, host, port, ask] = process.argv;
const { connect } = require("node:net");
function attempt() {
  const began = process.hrtime.bigint();
  let connected = false;
  let ended = false;
  const socket = connect({ host, port: Number(port) });
  const finish = (answer) => {
    if (ended) return;
    ended = true;
    clearTimeout(deadline);
    socket.destroy();
    console.log(began + " " + answer);
    setTimeout(attempt, 1);
  };
  const deadline = setTimeout(() => finish(connected ? "silent" : "unreachable"), 200);
  socket.on("connect", () => { connected = true; socket.write(ask); });
  socket.on("data", () => finish("answered"));
  socket.on("end", () => finish("closed"));
  socket.on("error", (error) =>
    finish(error.code === "ECONNREFUSED" ? "refused" : connected ? "closed" : "unreachable"));
}
attempt();
`;

/** Watches an address from a node for as long as it is not disposed of. */
export class Watch implements AsyncDisposable {
  readonly attempts: Attempt[] = [];
  readonly #waiting = new Set<() => void>();
  #process: SpawnedProcess | undefined;

  /**
   * Starts watching; resolves after the first attempt.
   *
   * @param ask what to send; @default a request that the sample application answers at once
   */
  static async start(
    node: RunningNode,
    target: { readonly host: string; readonly port: number },
    ask = "GET /livez HTTP/1.1\r\nhost: app\r\nconnection: close\r\n\r\n",
  ): Promise<Watch> {
    const watch = new Watch();
    const argv = ["node", "-e", PROGRAM, target.host, String(target.port), ask];
    watch.#process = await node.spawn(argv, {
      onStdout: (line) => {
        const [began = "0", answer = ""] = line.split(" ");
        watch.attempts.push({ beganNs: BigInt(began), answer: answer as Answer });
        for (const look of watch.#waiting) look();
      },
    });
    await watch.#until("a first attempt", () => watch.attempts.length > 0);
    return watch;
  }

  /** What was answered to attempts that began at or after a time. */
  since(beganNs: bigint): Answer[] {
    return this.attempts
      .filter((attempt) => attempt.beganNs >= beganNs)
      .map((attempt) => attempt.answer);
  }

  /** Resolves with the first attempt that began at or after a time and came to this. */
  async until(answer: Answer, beganNs = process.hrtime.bigint()): Promise<Attempt> {
    const found = (): Attempt | undefined =>
      this.attempts.find((attempt) => attempt.beganNs >= beganNs && attempt.answer === answer);
    await this.#until(`"${answer}"`, () => found() !== undefined);
    // It was just found.
    return found() as Attempt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  #until(what: string, holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(deadline);
        this.#waiting.delete(look);
        resolve();
      };
      const deadline = setTimeout(() => {
        this.#waiting.delete(look);
        const seen = this.attempts.slice(-20).map((attempt) => attempt.answer);
        reject(new Error(`Waited for ${what}; seen last: ${seen.join(", ") || "nothing"}.`));
      }, PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
  }
}
