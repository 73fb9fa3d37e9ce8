import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { endProcess, enginePid, isAlive } from "../../../../chaos/setup/engine/engine-process.ts";
import type { EnginePlace } from "../../../../chaos/setup/engine/engine-place.ts";
import { stopEngine } from "../../../../chaos/setup/engine/stop-engine.ts";
import { thisMachine } from "../../../../chaos/setup/machine.ts";
import { mountsBelow } from "../../../../chaos/setup/mounts.ts";
import { allProcesses } from "../../environment/namespace/lab-processes.ts";
import { ownPlace } from "./own-place.ts";

const machine = thisMachine();
const missing =
  machine.uid !== 0
    ? "only root can start an engine"
    : machine.find("dockerd") === null
      ? "dockerd is not installed"
      : null;

/** What its one container runs, unlike any other process of this machine. */
const CONTAINER = ["/toxiproxy-server", "-port", "28474"];

/** What a busy machine takes to start or stop one. */
const PATIENCE_MS = 300_000;

describe.skipIf(missing !== null)(`an engine${missing === null ? "" : ` (${missing})`}`, () => {
  let folder: string;
  let place: EnginePlace;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "evenkeel-dockerd-"));
    place = ownPlace(folder);
  });
  afterEach(async () => {
    await stopEngine(place, machine);
    await rm(folder, { recursive: true });
  });

  test("is started once, however often it is asked for, and is stopped with its containers", async () => {
    expect(await start(folder)).toMatchObject({ code: 0 });
    const pid = enginePid(place);
    expect(pid).not.toBeNull();
    expect(await start(folder)).toMatchObject({ code: 0 });
    expect(enginePid(place)).toBe(pid);
    await runContainer(place);

    expect(await stopEngine(place, machine)).toBe(true);
    await expectNothingLeft(folder);
    expect(await stopEngine(place, machine)).toBe(false);
  });

  test("that was killed is followed by another, which ends what it left", async () => {
    expect(await start(folder)).toMatchObject({ code: 0 });
    await runContainer(place);
    const killed = await kill(place);
    expect(containers()).toHaveLength(1);

    expect(await start(folder)).toMatchObject({ code: 0 });
    expect(enginePid(place)).not.toBe(killed);
    expect(await docker(place, "ps", "--quiet")).toEqual({ code: 0, output: "" });
    await expect.poll(containers, { timeout: PATIENCE_MS }).toEqual([]);
  });

  test("whose checkout was removed answers, and is replaced", async () => {
    expect(await start(folder)).toMatchObject({ code: 0 });
    const orphan = enginePid(place);
    // Its own mount point below cannot be removed.
    await rm(place.pidFile);
    for (const name of await readdir(place.data)) {
      await rm(join(place.data, name), { recursive: true, force: true }).catch(() => undefined);
    }
    expect(await docker(place, "version")).toMatchObject({ code: 0 });

    expect(await start(folder)).toMatchObject({ code: 0 });
    expect(enginePid(place)).not.toBeNull();
    expect(enginePid(place)).not.toBe(orphan);
    await runContainer(place);
  });

  test("that was killed is cleaned up after", async () => {
    expect(await start(folder)).toMatchObject({ code: 0 });
    await runContainer(place);
    await kill(place);
    expect(containers()).toHaveLength(1);

    expect(await stopEngine(place, machine)).toBe(false);
    await expectNothingLeft(folder);
  });
});

async function kill(place: EnginePlace): Promise<number> {
  const pid = enginePid(place) ?? 0;
  await endProcess(pid, 0);
  expect(isAlive(pid)).toBe(false);
  return pid;
}

async function expectNothingLeft(folder: string): Promise<void> {
  expect(containers()).toEqual([]);
  expect(commands().filter((command) => command.includes(`${folder}/`))).toEqual([]);
  expect(mountsBelow(folder, await readFile("/proc/self/mountinfo", "utf8"))).toEqual([]);
}

/** In a network of its own, where its bridge and its rules meet nobody else's. */
async function start(folder: string) {
  const program = join(import.meta.dirname, "own-engine-main.ts");
  return machine.run(["unshare", "--net", process.execPath, program, folder], {
    timeoutMs: PATIENCE_MS,
  });
}

async function docker(place: EnginePlace, ...args: readonly string[]) {
  return machine.run(["docker", "--host", `unix://${place.socket}`, ...args], {
    timeoutMs: PATIENCE_MS,
  });
}

/** Of an image that has one program without any library. */
async function runContainer(place: EnginePlace): Promise<void> {
  const program = machine.find("toxiproxy-server") ?? "";
  const archive = join(place.data, "..", "image.tar");
  const made = [
    await machine.run(["tar", "-cf", archive, "-C", join(program, ".."), "toxiproxy-server"]),
    await docker(place, "import", archive, "toxiproxy"),
    await docker(place, "run", "--detach", "toxiproxy", ...CONTAINER),
  ];
  expect(made.map(({ code, output }) => (code === 0 ? 0 : output))).toEqual([0, 0, 0]);
  // It has started, but what it runs may not yet have taken the place of what started it.
  await expect.poll(containers, { timeout: PATIENCE_MS }).toHaveLength(1);
}

/** Containers of the engine under test that run, whoever is still there to know. */
function containers(): readonly string[] {
  return commands().filter((command) => command === CONTAINER.join(" "));
}

function commands(): readonly string[] {
  return allProcesses().map(({ command }) => command);
}
