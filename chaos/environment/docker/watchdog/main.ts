import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Watches the runner that started it: its standard input ends when the runner does, however it dies. If
 * the lease is still there then, it heals what the runner has left. It is in a session of its own and
 * ends by itself.
 */
const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write("usage: watchdog LEASE-FILE\nStarted by the holder of a lease.\n");
  process.exit(64);
}
const topologyId = basename(path, ".json");
// The lease is in .evenkeel/leases of the project's folder.
const root = dirname(dirname(dirname(path)));
const ATTEMPTS = 3;
const BETWEEN_MS = 2_000;

// Who ends a runner often ends its group as well, or everything that it can find.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.stdout.on("error", () => undefined);

function log(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}

async function heal(leaseFile: string): Promise<number> {
  if (!existsSync(leaseFile)) return 0;
  // Loaded only now: nearly always there is nothing to heal, and a run waits for this program's start.
  const { Engine } = await import("../engine.ts");
  const { healTopology } = await import("../heal.ts");
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      log(`the runner is gone: healing ${topologyId}`);
      await healTopology(new Engine(), topologyId, root, true);
      log(`${topologyId} is as it was deployed`);
      return 0;
    } catch (error) {
      log(error instanceof Error ? error.message : String(error));
      await sleep(BETWEEN_MS);
    }
  }
  log(`gave up. Heal it by hand: npx evenkeel heal ${topologyId}`);
  return 1;
}

process.stdin.resume();
process.stdin.once("end", () => void heal(path).then((code) => process.exit(code)));
process.stdout.write("watching\n");
