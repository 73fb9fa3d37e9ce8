import { endOf } from "../end-of-program.ts";
import type { SpawnedProcess, SpawnOptions } from "../environment.ts";
import { LabError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import { BY_NAME, ExecProcess } from "./exec-process.ts";
import type { HandClient } from "./hand-client.ts";
import { startSidecar } from "./sidecar.ts";

/** Where programs are spawned. */
export interface Place {
  readonly nodeId: string;
  readonly containerId: string;
  readonly engine: Engine;
  readonly hand: HandClient;
}

/** The programs that were spawned into one node, and have not ended. */
export class SpawnedPrograms {
  readonly #place: Place;
  readonly #programs = new Set<ExecProcess>();
  /** Whether the node was let go of: what was under way then keeps nothing open. */
  #isLeft = false;

  constructor(place: Place) {
    this.#place = place;
  }

  /** Starts one; resolves when it runs. @throws LabError, EngineError when it does not */
  async spawn(argv: readonly string[], options: SpawnOptions): Promise<SpawnedProcess> {
    const { nodeId, containerId, engine, hand } = this.#place;
    const env = { ...options.env, EVENKEEL_NODE_ID: nodeId };
    const byName = [...BY_NAME, ...argv];
    const session = await (options.networkAdmin === true
      ? startSidecar(engine, { beside: containerId, argv: byName, env })
      : engine.exec(containerId, byName, env));
    const program = new ExecProcess(session, hand, options);
    this.#programs.add(program);
    void program.exited.then(() => this.#programs.delete(program));
    try {
      await program.started();
      if (this.#isLeft) throw new LabError(`Node ${nodeId} was let go of`, [], "Attach again.");
      return program;
    } catch (error) {
      program.kill("SIGKILL");
      program.letGo();
      throw error;
    }
  }

  /** Ends all of them, and whatever is spawned later. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    const programs = [...this.#programs];
    for (const program of programs) program.kill("SIGKILL");
    const what = `A program in ${this.#place.nodeId}`;
    await Promise.allSettled(programs.map((program) => endOf(program, what)));
    for (const program of programs) program.letGo();
  }
}
