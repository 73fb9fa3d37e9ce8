import { faultByCommand } from "./command/command-fault.ts";
import type { Fault } from "./fault.ts";
import type { Target } from "./target.ts";

/** What ends it whatever happens; the store counts itself. */
const AT_MOST_MS = 600_000;
/** A write that takes longer is held back; others take under a millisecond. */
const HELD_MS = 300;
/** How `timeout` ends when it had to end its program. */
const TIMED_OUT = 124;

/**
 * A session store answers reads and holds writes back, until it is healed (Redis `CLIENT PAUSE … WRITE`);
 * what was held back is done then. A store that holds everything back is one that is frozen:
 * `pauseProcess`.
 */
export function pauseWrites(
  store: Target,
  { port = 6379 }: { readonly port?: number } = {},
): Fault {
  const redis = ["redis-cli", "-p", String(port)];
  return faultByCommand(store, {
    kind: "pause-writes",
    holds: "writes",
    title: "pause of the writes of",
    undoTitle: "resume the writes of",
    can: {
      command: { argv: ["sh", "-c", `${redis.join(" ")} ping | grep -q PONG`] },
      next: "Name a node that runs Redis, and its port.",
    },
    act: () => ({ argv: [...redis, "-e", "client", "pause", String(AT_MOST_MS), "write"] }),
    undo: { argv: [...redis, "-e", "client", "unpause"] },
    verify: async ({ look, id }) => {
      const held = await look({
        argv: ["timeout", String(HELD_MS / 1_000), ...redis, "del", "evenkeel:written"],
      });
      const read = await look({ argv: [...redis, "-e", "exists", "evenkeel:written"] });
      return {
        active: held.code === TIMED_OUT && read.code === 0,
        evidence: `${id}: a write ${held.code === TIMED_OUT ? `was held for ${HELD_MS} ms` : "was done"}, a read ${read.code === 0 ? "answered" : "failed"}`,
      };
    },
  });
}
