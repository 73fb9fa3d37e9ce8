import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment, RunningNode } from "../../environment/environment.ts";
import { FaultError } from "../fault.ts";
import type { Target } from "../target.ts";
import { CallClient, type Call, type Called } from "./call-client.ts";

/** A process may take so long from its death to the end of its sockets. */
const ENDING_MS = 2_000;
const LOOK_AGAIN_MS = 10;

/** Programs that send requests, one on every node that a target may turn out to be. */
export class Callers implements AsyncDisposable {
  readonly #deployment: Deployment;
  readonly #clients: ReadonlyMap<string, CallClient>;

  private constructor(deployment: Deployment, clients: ReadonlyMap<string, CallClient>) {
    this.#deployment = deployment;
    this.#clients = clients;
  }

  /** Starts them all. @throws FaultError; none is left then */
  static async start(deployment: Deployment, target: Target): Promise<Callers> {
    const ids = target.candidates(deployment.topology);
    const started = await Promise.allSettled(
      ids.map(async (id) => [id, await CallClient.start(deployment.node(id))] as const),
    );
    const clients = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const callers = new Callers(deployment, new Map(clients));
    const failed = started.find((one) => one.status === "rejected");
    if (failed === undefined) return callers;
    await callers[Symbol.asyncDispose]();
    throw failed.reason;
  }

  /** Sends a request on a node. @throws FaultError when the program there has ended */
  call(nodeId: string, request: Call): Promise<Called> {
    const client = this.#clients.get(nodeId);
    if (client !== undefined) return client.call(request);
    throw new FaultError(`Nothing was prepared on node ${nodeId}`, "Name it as a target.");
  }

  /**
   * Sends a request whatever has happened to the node meanwhile: by a program that is started for it when
   * the first has ended, and again while the connection breaks, as it does to a process that is ending.
   *
   * @param request may be sent several times
   * @returns null when the node is dead
   */
  async callInAnyCase(nodeId: string, request: Call): Promise<Called | null> {
    const end = performance.now() + ENDING_MS;
    for (;;) {
      const first = await this.call(nodeId, request).catch(() => null);
      const called = first ?? (await callAnew(this.#deployment.node(nodeId), request));
      if (called?.outcome !== "broken" || performance.now() > end) return called;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client[Symbol.asyncDispose]()));
  }
}

/** Sends one request by a program that is started for it. Null when the node is dead. */
async function callAnew(node: RunningNode, request: Call): Promise<Called | null> {
  const { running, stopped } = await node.inspect();
  if (running + stopped === 0) return null;
  await using client = await CallClient.start(node);
  return await client.call(request);
}

/** @throws FaultError unless it was answered with 2xx @param what `node lb-a: POST /config` */
export function accepted(called: Called, what: string): Called {
  const { outcome, status, body } = called;
  if (status !== null && status >= 200 && status < 300) return called;
  const how = outcome === "answered" ? `was answered ${status}` : outcome;
  throw new FaultError(
    `${what} ${outcome === "answered" ? how : `ended ${how}`}: ${body.trim().slice(0, 2_000)}`,
    "Correct what it names; the logs of its nodes are in the run folder.",
  );
}
