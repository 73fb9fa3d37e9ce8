import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { labProcesses, survivors, type Seen } from "./lab-processes.ts";

const RUNNER = fileURLToPath(new URL("lab-runner.ts", import.meta.url));
/** Everything must be gone within this time, whoever died. */
const GONE_WITHIN_MS = 2_000;

interface Running extends AsyncDisposable {
  readonly runner: number;
  readonly outermost: number;
  readonly processes: readonly Seen[];
  /** What the runner says next. */
  readonly next: () => Promise<string>;
}

/** A lab with active faults, started by a process of its own. */
async function start(): Promise<Running> {
  const child = spawn(process.execPath, [RUNNER], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const { lab, logDirectory } = JSON.parse(await next()) as { lab: number; logDirectory: string };
  return {
    runner: child.pid ?? -1,
    outermost: lab,
    processes: labProcesses(lab),
    next,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await closed;
      rmSync(logDirectory, { recursive: true, force: true });
    },
  };
}

const runsLabHost = ({ command }: Seen): boolean => /^node \S+\/lab-host\.cjs/.test(command);

test.for([
  {
    who: "the runner",
    pick: ({ runner }: Running) => runner,
    tellsRunner: false,
  },
  {
    who: "the lab host",
    pick: ({ processes }: Running) => processes.find(runsLabHost)?.pid,
    tellsRunner: true,
  },
  {
    who: "the lab's outermost process",
    pick: ({ outermost }: Running) => outermost,
    tellsRunner: true,
  },
])("when $who is killed nothing of the lab is left", async ({ pick, tellsRunner }) => {
  await using running = await start();
  const { processes } = running;
  const commands = processes.map(({ command }) => command);
  // Outermost, init, host, ip and bridge; per node: unshare, init, agent; three applications and what else runs.
  expect(processes.length).toBeGreaterThanOrEqual(5 + 3 * 3 + 3 + 2);
  expect(commands.filter((command) => command.includes("/backend.cjs"))).toHaveLength(3);
  expect(commands.filter((command) => command.endsWith("sleep 86399"))).not.toEqual([]);
  expect(processes.filter(runsLabHost)).toHaveLength(1);
  expect(survivors(processes)).toHaveLength(processes.length);

  const victim = pick(running);
  if (victim === undefined) throw new Error(`Nobody to kill among: ${commands.join("; ")}`);
  process.kill(victim, "SIGKILL");
  await vi.waitFor(() => expect(survivors(processes)).toEqual([]), {
    timeout: GONE_WITHIN_MS,
    interval: 10,
  });
  expect(labProcesses(running.outermost)).toEqual([]);
  // A dying host may still tell that a node died before it.
  if (tellsRunner) expect(await running.next()).toMatch(/lab host ended with|ended by itself: SIG/);
});
