import { takeTimedLock } from "../measurement/timed-lock.ts";
import type { Steps } from "./steps.ts";

/** Like the lock of timed trials, an abstract unix socket. */
const ADDRESS = "\0evenkeel-set-up";

/**
 * Held while something is brought to this machine: two set-ups at once would install, build and
 * start the same.
 *
 * @throws what the signal was aborted with
 */
export async function setUpLock(signal: AbortSignal, steps: Steps): Promise<AsyncDisposable> {
  return takeTimedLock(signal, () => steps.doing("waiting for another set-up to end"), ADDRESS);
}
