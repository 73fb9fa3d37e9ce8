import type { Moment } from "../environment.ts";
import type { HandClient } from "./hand-client.ts";

/** The link of a container. Every life of the container has a new one. */
export class ContainerLink {
  readonly #hand: Pick<HandClient, "ask" | "act">;
  /** The life that it was last asked for, by its first process, and the bridge port that was found. */
  #found: { readonly init: number; readonly port: Promise<string> } | undefined;

  constructor(hand: Pick<HandClient, "ask" | "act">) {
    this.#hand = hand;
  }

  /**
   * Bridge port that it goes into; looked for once in a life.
   *
   * @param init the container's first process, on the engine's machine
   * @throws LabError
   */
  port(init: number): Promise<string> {
    if (this.#found?.init !== init) {
      const port = this.#hand
        .ask({ kind: "find-port", init })
        .then(({ findings }) => findings.port ?? "");
      this.#found = { init, port };
    }
    return this.#found.port;
  }

  /** Cuts or mends it. @param atNs when, on CLOCK_MONOTONIC; at once when absent @throws LabError */
  async set(init: number, connected: boolean, atNs?: bigint): Promise<Moment> {
    return this.#hand.act({ kind: "set-link", port: await this.port(init), connected }, atNs);
  }

  /** Another life begins, whatever its first process is called. */
  renew(): void {
    this.#found = undefined;
  }
}
