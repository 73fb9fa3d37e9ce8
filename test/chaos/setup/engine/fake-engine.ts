import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isAlive } from "../../../../chaos/setup/engine/engine-process.ts";
import { enginePlace, type EnginePlace } from "../../../../chaos/setup/engine/engine-place.ts";

/** A place of its own for an engine, with everything that runs there ended and removed afterwards. */
export interface TestPlace extends AsyncDisposable {
  readonly place: EnginePlace;
}

export async function testPlace(): Promise<TestPlace> {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-engine-"));
  const place: EnginePlace = {
    ...enginePlace(folder),
    exec: join(folder, "exec"),
    socket: join(folder, "docker.sock"),
  };
  await mkdir(dirname(place.pidFile), { recursive: true });
  return { place, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A process that is named like an engine's, and does nothing; ended when it is disposed of. */
export interface FakeProcess extends AsyncDisposable {
  readonly pid: number;
  readonly isAlive: () => boolean;
}

/**
 * @param name what it is called, its argument 0
 * @param onTerm what it does at SIGTERM; default: it ends
 */
export async function fakeProcess(
  name: string,
  args: readonly string[],
  onTerm: "ends" | "stays" = "ends",
): Promise<FakeProcess> {
  const code = `process.on("SIGTERM", () => ${onTerm === "ends" ? "process.exit()" : "0"});
    setInterval(() => 0, 1e6); process.stdout.write("ready");`;
  const child = spawn(process.execPath, ["-e", code, "--", ...args], {
    argv0: name,
    stdio: ["ignore", "pipe", "inherit"],
  });
  // From here on it handles SIGTERM.
  await once(child.stdout, "data");
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start`);
  return {
    pid,
    isAlive: () => isAlive(pid),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    },
  };
}

/** An engine of a place, by its arguments and its pid file. */
export async function fakeEngine(
  place: EnginePlace,
  onTerm: "ends" | "stays" = "ends",
): Promise<FakeProcess> {
  const engine = await fakeProcess("dockerd", ["--data-root", place.data], onTerm);
  await writeFile(place.pidFile, `${engine.pid}`);
  return engine;
}
