/** Leaders of the groups that are running. */
const running = new Set<number>();

/** A program with all that it has started, in a process group of its own. */
export interface ProcessGroup {
  /** Ends it: SIGTERM, and SIGKILL where that is not enough. Once begun, it changes nothing. */
  end(): void;
  /** The program has ended, and nobody writes any more to where it wrote. */
  ended(): void;
}

/**
 * The group of a program that was started as its leader. If this process exits before, the group is
 * killed with it: no signal that a terminal sends reaches it.
 *
 * @param graceMs from SIGTERM to SIGKILL
 */
export function processGroup(leader: number, graceMs: number): ProcessGroup {
  if (running.size === 0) process.on("exit", killAll);
  running.add(leader);
  let grace: NodeJS.Timeout | undefined;
  return {
    end: () => {
      if (grace !== undefined) return;
      signal(leader, "SIGTERM");
      grace = setTimeout(() => signal(leader, "SIGKILL"), graceMs);
    },
    ended: () => {
      running.delete(leader);
      if (running.size === 0) process.off("exit", killAll);
      if (grace === undefined) return;
      clearTimeout(grace);
      // Whoever is left of what should end has let go of the output, and nobody waits for it.
      signal(leader, "SIGKILL");
    },
  };
}

function killAll(): void {
  for (const leader of running) signal(leader, "SIGKILL");
}

function signal(leader: number, name: NodeJS.Signals): void {
  try {
    process.kill(-leader, name);
  } catch {
    // ESRCH: nobody is left. EPERM: whoever is left became another user.
  }
}
