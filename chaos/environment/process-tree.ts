import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Processes of a node, found through /proc. A node is a PID namespace, so membership does not
 * depend on who is whose parent: programs that were spawned into the node later belong to it too.
 */

/** The PID namespace of a process, as the kernel names it: `pid:[4026532837]`. Undefined when it has ended. */
export function pidNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** Every process in that PID namespace that is not a zombie, in no order. */
export function processesIn(namespace: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0 && pidNamespaceOf(pid) === namespace);
}

/** The children of a process, over all its threads. */
export function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) =>
    readText(`/proc/${pid}/task/${thread}/children`)
      .split(" ")
      .filter((text) => text !== "")
      .map(Number),
  );
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // It ended while we looked.
  }
}

/** A process and everything below it, itself first. */
export function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

/**
 * The pid in our namespace of a process that calls itself `innerPid` in the node's.
 *
 * @returns undefined when there is none
 */
export function outerPidOf(namespace: string, innerPid: number): number | undefined {
  return processesIn(namespace).find((pid) => {
    const line = /^NSpid:(.*)$/m.exec(readText(`/proc/${pid}/status`))?.[1];
    return Number(line?.trim().split(/\s+/).at(-1)) === innerPid;
  });
}

/** Sends a signal to each; those that have ended already are passed over. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // ESRCH: it ended by itself.
    }
  }
}

/** What /proc says of a process; zombies have ended. */
export type ProcessState = "stopped" | "ended" | "alive";

/** Whether a process is stopped (SIGSTOP took effect), has ended, or neither. */
export function stateOf(pid: number): ProcessState {
  return stateIn(readText(`/proc/${pid}/status`));
}

/** The same by the text of its status file, which is empty when there is none. @see proc_pid_status(5) */
export function stateIn(status: string): ProcessState {
  const state = /^State:\s+(\S)/m.exec(status)?.[1];
  if (state === undefined || state === "X") return "ended";
  if (state === "Z") {
    // The first thread of a process that was killed may go before the others, which keep its sockets.
    const threads = Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1);
    return threads > 1 ? "alive" : "ended";
  }
  return state === "T" || state === "t" ? "stopped" : "alive";
}

/** Empty when what it tells of has ended while we looked. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
