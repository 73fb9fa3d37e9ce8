import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../machine.ts";
import { lastLine } from "../program.ts";
import type { Finding } from "../requirement.ts";
import { isAtLeast, parseVersion } from "../version.ts";
import { askEngine } from "./ask-engine.ts";
import { engineOfData } from "./engine-process.ts";

const OLDEST = "20.10";

/** Asks the engine that the Docker client is pointed at. */
export async function checkDockerEngine(machine: Machine): Promise<Finding> {
  const found = { version: null, path: null };
  if (machine.find("docker") === null) {
    const next = "Install Docker as https://docs.docker.com/engine/install/ says.";
    return { state: "missing", ...found, problem: "there is no Docker client to ask it", next };
  }
  const { code, output } = await askEngine(machine, "version", "--format", "{{.Server.Version}}");
  if (code !== 0) {
    return {
      state: "broken",
      ...found,
      problem: `no engine answers: ${lastLine(output)}`,
      next: nextStep(output),
    };
  }
  const version = lastLine(output);
  if (!isAtLeast(parseVersion(version) ?? [], parseVersion(OLDEST) ?? [])) {
    return {
      state: "too-old",
      version,
      path: null,
      problem: `the engine is version ${version}, and ${OLDEST} or later is needed`,
      next: "Upgrade it as https://docs.docker.com/engine/install/ says.",
    };
  }
  const orphanedData = await dataOfRemovedCheckout(machine);
  if (orphanedData !== null) {
    return {
      state: "broken",
      version,
      path: null,
      problem: `the engine that answers keeps its data in ${orphanedData}, which is gone`,
      next: "`npm run setup -- --for docker`, as root, replaces it.",
    };
  }
  return { state: "ready", version, path: null };
}

/**
 * The data folder of an engine that a checkout started which was removed since; it answers, and can do
 * nothing. Null of any other.
 */
export async function dataOfRemovedCheckout(machine: Machine): Promise<string | null> {
  const { code, output } = await askEngine(machine, "info", "--format", "{{.DockerRootDir}}");
  const data = lastLine(output);
  const isOurs = code === 0 && engineOfData(data) !== null;
  // It is a mount point, and stays when all else below it is removed.
  return isOurs && !existsSync(join(data, "containers")) ? data : null;
}

/** What stands in the way is told by the client. */
function nextStep(said: string): string {
  if (/permission denied/i.test(said)) return "Join the group `docker`, or become root.";
  if (/client version \S+ is too old/i.test(said)) {
    return "Upgrade the Docker client as https://docs.docker.com/engine/install/ says.";
  }
  return "Start it (`sudo systemctl start docker`), point DOCKER_HOST at one, or run `npm run setup -- --for docker` as root, which starts one for this project.";
}
