import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { installDebianPackages } from "../debian.ts";
import { familyOf } from "../distribution.ts";
import type { Machine } from "../machine.ts";
import { programPath } from "../paths.ts";
import { lastLine } from "../program.ts";
import type { Bringing } from "../requirement.ts";
import { checkDockerEngine, dataOfRemovedCheckout } from "./check-engine.ts";
import {
  endProcess,
  engineOfData,
  enginePid,
  isAlive,
  removeStalePidFiles,
} from "./engine-process.ts";
import { engineArgv, enginePlace, type EnginePlace } from "./engine-place.ts";
import { ENGINE_STOP_MS } from "./stop-engine.ts";

/** It answers within seconds; a machine that is busy may need much longer. */
const READY_WITHIN_MS = 180_000;
const LOOK_MS = 250;

/**
 * Starts an engine for this project, and installs one before where that is possible. It runs on
 * until `npm run engine:stop`.
 *
 * @returns null when an engine answers, or why there is none
 */
export async function bringEngine(
  { machine, steps, signal }: Bringing,
  place: EnginePlace = enginePlace(),
): Promise<string | null> {
  const elsewhere = process.env["DOCKER_HOST"] ?? "";
  if (elsewhere !== "" && elsewhere !== `unix://${place.socket}`) {
    return `DOCKER_HOST points at ${elsewhere}, where set-up starts none. Start that engine, or unset DOCKER_HOST`;
  }
  if (machine.uid !== 0) return "only root can start an engine";
  const dockerd = await findOrInstall({ machine, steps, signal });
  if (dockerd === null) return "dockerd is not installed";

  steps.doing("starting an engine for this project; `npm run engine:stop` stops it");
  await endOrphan(machine);
  let pid = enginePid(place);
  if (pid === null) {
    removeStalePidFiles(place);
    pid = spawnEngine(dockerd, place);
  }
  return untilAnswered(pid, place, machine, signal);
}

/** @returns its process id; null when it could not be started */
function spawnEngine(dockerd: string, place: EnginePlace): number | null {
  for (const file of [place.log, place.exec]) mkdirSync(dirname(file), { recursive: true });
  const log = openSync(place.log, "w");
  try {
    const [program = dockerd, ...args] = engineArgv(dockerd, place);
    const engine = spawn(program, args, {
      cwd: "/",
      // Of its own session: it outlives the terminal, and an interrupted set-up ends it in order.
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, PATH: programPath() },
    });
    // There is then no process id, which says it.
    engine.once("error", () => undefined);
    engine.unref();
    return engine.pid ?? null;
  } finally {
    closeSync(log);
  }
}

/** @returns null when it answers, or why it does not */
async function untilAnswered(
  pid: number | null,
  place: EnginePlace,
  machine: Machine,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const hasEnded = pid === null || !isAlive(pid);
    const { state } = await checkDockerEngine(machine);
    // One that is too old answers as well, and the check says so afterwards.
    if (state !== "broken") return null;
    if (pid === null || hasEnded) return `dockerd ended: ${reasonIn(place.log)}`;
    if (performance.now() > deadline || signal?.aborted === true) {
      await endProcess(pid, ENGINE_STOP_MS);
      return `dockerd did not answer in time: ${reasonIn(place.log)}`;
    }
    await wait(LOOK_MS);
  }
}

/** An engine whose checkout was removed answers, and can do nothing. */
async function endOrphan(machine: Machine): Promise<void> {
  const data = await dataOfRemovedCheckout(machine);
  const pid = data === null ? null : engineOfData(data);
  if (pid !== null) await endProcess(pid, ENGINE_STOP_MS);
}

async function findOrInstall({ machine, steps, signal }: Bringing): Promise<string | null> {
  const found = machine.find("dockerd");
  if (found !== null) return found;
  if (familyOf(machine) !== "debian" || machine.find("apt-get") === null) return null;
  steps.doing("apt-get installs docker.io; its services stay stopped");
  const services = ["docker.service", "docker.socket", "containerd.service"];
  const problem = await installDebianPackages(
    machine,
    { packages: ["docker.io"], services },
    signal,
  );
  if (problem !== null) steps.failed(problem);
  return machine.find("dockerd");
}

/** What the engine said last that stands for a failure. */
function reasonIn(log: string): string {
  const text = readFileSync(log, "utf8");
  const failures = text.split("\n").filter((line) => /level=(fatal|error)|^failed/i.test(line));
  const said = lastLine(failures.length > 0 ? failures.join("\n") : text);
  const reason = /msg="((?:[^"\\]|\\.)*)"/.exec(said)?.[1] ?? said;
  return `${reason} (its log is ${log})`;
}
