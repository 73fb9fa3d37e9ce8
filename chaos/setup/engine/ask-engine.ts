import type { Machine, RunResult } from "../machine.ts";

/** An engine that builds, or that watches a dozen containers die, may take its time. */
const ANSWER_WITHIN_MS = 60_000;

/** Asks the engine through the Docker client, which knows where it is. */
export async function askEngine(
  machine: Machine,
  ...question: readonly string[]
): Promise<RunResult> {
  return machine.run(["docker", ...question], { timeoutMs: ANSWER_WITHIN_MS });
}
