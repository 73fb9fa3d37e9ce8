import { Agent, request } from "node:http";

/**
 * Clients that ask again and again, some over connections that they keep and some over a new one for
 * each request, and count what went wrong.
 */
export class SteadyClients implements AsyncDisposable {
  readonly #port: number;
  readonly #kept = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #loops: Promise<void>[] = [];
  #stopped = false;
  /** Answers of status 200. */
  served = 0;
  /** What each failed request ended with. */
  readonly failures: string[] = [];

  /** @param clients of each of the two kinds */
  constructor(port: number, clients = 4) {
    this.#port = port;
    for (let client = 0; client < clients; client += 1) {
      this.#loops.push(this.#ask(this.#kept), this.#ask(false));
    }
  }

  /** Lets every client finish what it does. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#kept.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #ask(agent: Agent | false): Promise<void> {
    while (!this.#stopped) {
      const ended = await oneRequest(this.#port, agent);
      if (ended === "200") this.served += 1;
      else this.failures.push(ended);
    }
  }
}

function oneRequest(port: number, agent: Agent | false): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, agent, path: "/" }, (response) => {
      response.resume();
      response.on("end", () => resolve(String(response.statusCode)));
      response.on("error", (error) => resolve(`response: ${error.message}`));
    });
    asked.on("error", (error) => resolve(`request: ${error.message}`));
    asked.end();
  });
}
