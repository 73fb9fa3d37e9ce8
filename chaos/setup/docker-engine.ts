import type { Machine } from "./machine.ts";
import { lastLine } from "./program.ts";
import type { Finding } from "./requirement.ts";
import { isAtLeast, parseVersion } from "./version.ts";

const OLDEST = "20.10";

/** Asks the engine that the Docker client is pointed at. */
export async function checkDockerEngine(machine: Machine): Promise<Finding> {
  const found = { version: null, path: null };
  if (machine.find("docker") === null) {
    const next = "Install Docker as https://docs.docker.com/engine/install/ says.";
    return { state: "missing", ...found, problem: "there is no Docker client to ask it", next };
  }
  const { code, output } = await machine.run([
    "docker",
    "version",
    "--format",
    "{{.Server.Version}}",
  ]);
  if (code !== 0) {
    return {
      state: "broken",
      ...found,
      problem: `no engine answers: ${lastLine(output)}`,
      next: "Start it (`sudo systemctl start docker`), join the group `docker`, or point DOCKER_HOST at one.",
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
  return { state: "ready", version, path: null };
}
