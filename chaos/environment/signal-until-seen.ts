import { pauseThread } from "./at-time.ts";
import { processesIn, signalAll, stateOf, type ProcessState } from "./process-tree.ts";

/** How long a signal may take to show in /proc. */
const SIGNAL_DEADLINE_MS = 1_000;
/**
 * Between two looks whether it does; doubled from look to look up to the most. A stop shows at once,
 * a killed process takes some milliseconds to go: looking without a pause would keep a core from what
 * is measured right after the fault.
 */
const LOOK_AGAIN_MS = { first: 0.1, most: 1 } as const;

/** What a process looks like once the kernel has acted on a signal. */
const FOLLOWED = {
  SIGKILL: new Set<ProcessState>(["ended"]),
  SIGSTOP: new Set<ProcessState>(["stopped", "ended"]),
  SIGCONT: new Set<ProcessState>(["alive", "ended"]),
} as const;

/** A signal whose effect can be seen. */
export type SeenSignal = keyof typeof FOLLOWED;

/**
 * Sends a signal to all of these at once and returns when the kernel has acted on it for every one: a
 * process that was killed still answers for some milliseconds, and SIGKILL of process 1 alone would
 * reach its children only 12 to 47 ms later.
 *
 * @param within of a node's PID namespace, when all of its processes are meant: whatever they started
 *   meanwhile gets the signal too
 * @param meanwhile called before each look, for what must go on outside for the processes to follow
 * @throws Error that names the node when one has not followed in time
 */
export function signalUntilSeen(
  nodeId: string,
  pids: readonly number[],
  signal: SeenSignal,
  within?: string,
  meanwhile: () => void = () => undefined,
): void {
  const notYet = (pid: number): boolean => !FOLLOWED[signal].has(stateOf(pid));
  const end = performance.now() + SIGNAL_DEADLINE_MS;
  let waiting = pids;
  // Stopped first, several die without a last word: keepalived would give the address away when its
  // parent dies before it, and whoever sends the signals may be interrupted between two of them.
  const several = within !== undefined || waiting.length > 1;
  if (signal === "SIGKILL" && several) signalAll(waiting, "SIGSTOP");
  signalAll(waiting, signal);
  for (let pauseMs: number = LOOK_AGAIN_MS.first; ; pauseMs *= 2) {
    meanwhile();
    waiting = waiting.filter(notYet);
    if (waiting.length === 0) {
      // All of /proc is searched only once those that are known have followed.
      waiting = within === undefined ? [] : processesIn(within).filter(notYet);
      if (waiting.length === 0) return;
      signalAll(waiting, signal);
    }
    if (performance.now() > end) {
      throw new Error(
        `Node ${nodeId}: ${waiting.length} processes did not follow ${signal} within ${SIGNAL_DEADLINE_MS} ms.`,
      );
    }
    pauseThread(Math.min(pauseMs, LOOK_AGAIN_MS.most));
  }
}
