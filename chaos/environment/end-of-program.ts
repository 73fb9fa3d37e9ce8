import { within } from "./deadline.ts";
import type { SpawnedProcess } from "./environment.ts";
import { LabError } from "./errors.ts";

/** What a program may take to end: milliseconds on a quiet machine. */
const END_MS = 30_000;

/**
 * Waits for the end of a program that was told to end. One that does not is killed.
 *
 * @param title names it in the error: `The prober`
 * @param endMs how long it may take, and once more when it was killed. @default 30000
 * @throws LabError when its end is not told after that either
 */
export async function endOf(
  program: SpawnedProcess,
  title: string,
  endMs: number = END_MS,
): Promise<void> {
  const notEnded = (): LabError =>
    new LabError(
      `${title} was killed, and its end was not told within ${endMs} ms`,
      [],
      "Look at the environment it runs in: the engine's own log, or the lab's.",
    );
  try {
    await within(program.exited, endMs, notEnded);
  } catch {
    program.kill("SIGKILL");
    await within(program.exited, endMs, notEnded);
  }
}
