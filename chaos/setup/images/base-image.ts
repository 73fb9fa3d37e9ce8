import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { installDebianPackages } from "../debian.ts";
import { familyOf } from "../distribution.ts";
import { askEngine } from "../engine/ask-engine.ts";
import type { Machine } from "../machine.ts";
import { lastLine } from "../program.ts";
import type { Bringing } from "../requirement.ts";
import { dockerBuild, DOCKERFILES } from "./docker-build.ts";
import { hashOf, INPUTS_LABEL, inputsOf } from "./inputs.ts";
import { debootstrap, DEBIAN_SUITE, NOT_NEEDED, offlineBaseArchive } from "./offline-base.ts";

/** What every image stands on: Debian with the programs that nodes run, so that engines share it. */
export const BASE_IMAGE = "evenkeel/base:dev";

/** Debian packages of the base, beside what is essential. */
const PACKAGES = ["iproute2", "keepalived", "nftables", "redis-server", "socat", "tini"] as const;

/** The official image; a registry that answers has it within this time. */
const PULL_WITHIN_MS = 180_000;
const IMPORT_WITHIN_MS = 300_000;

/** Hash of all that decides what is in the base. */
export async function baseInputs(): Promise<string> {
  const dockerfile = await readFile(join(DOCKERFILES, "base.Dockerfile"), "utf8");
  return hashOf([dockerfile, DEBIAN_SUITE, ...PACKAGES, ...NOT_NEEDED]);
}

/**
 * Makes the base unless it is there: from Debian's official image where a registry answers, otherwise
 * from Debian packages alone.
 *
 * @returns null, or why it was not made
 */
export async function ensureBaseImage(bringing: Bringing, fresh = false): Promise<string | null> {
  const { machine, steps } = bringing;
  const inputs = await baseInputs();
  if (!fresh && (await inputsOf(machine, BASE_IMAGE)) === inputs) return null;
  const official = await officialImage();
  const unreachable = await pull(machine, official, bringing.signal);
  if (unreachable === null) {
    steps.doing(`${BASE_IMAGE} is made of ${official}`);
    return dockerBuild(bringing, {
      dockerfile: "base.Dockerfile",
      context: DOCKERFILES,
      name: BASE_IMAGE,
      inputs,
      buildArgs: { PACKAGES: PACKAGES.join(" ") },
      fresh,
    });
  }
  steps.doing(`${official} cannot be had (${unreachable}); ${BASE_IMAGE} is made of packages`);
  return importOfflineBase(bringing, inputs);
}

/** The image that base.Dockerfile starts from: it stands there alone. */
async function officialImage(): Promise<string> {
  const dockerfile = await readFile(join(DOCKERFILES, "base.Dockerfile"), "utf8");
  return /^FROM (\S+)/m.exec(dockerfile)?.[1] ?? "";
}

/** @returns null, or why it is not there */
async function pull(
  machine: Machine,
  image: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const there = await askEngine(machine, "image", "inspect", image);
  if (there.code === 0) return null;
  const argv = ["docker", "pull", "--quiet", image];
  const { code, output } = await machine.run(argv, { timeoutMs: PULL_WITHIN_MS, signal });
  return code === 0 ? null : lastLine(output);
}

async function importOfflineBase(bringing: Bringing, inputs: string): Promise<string | null> {
  const { machine, steps, signal } = bringing;
  if (machine.uid !== 0) {
    return `without a registry only root can make ${BASE_IMAGE}, with debootstrap`;
  }
  if (machine.find("debootstrap") === null) {
    if (familyOf(machine) !== "debian") {
      return `without a registry ${BASE_IMAGE} is made with debootstrap, which is not installed`;
    }
    steps.doing("apt-get installs debootstrap");
    const packages = ["debootstrap"];
    const problem = await installDebianPackages(machine, { packages, services: [] }, signal);
    if (problem !== null) return problem;
  }
  steps.doing(`debootstrap makes ${BASE_IMAGE}, which takes about a minute`);
  await using made = await debootstrap(bringing, PACKAGES);
  if (made.problem !== null) return made.problem;
  const archive = await offlineBaseArchive(bringing, made.folder);
  if (archive.problem !== null) return archive.problem;
  const changes = [`LABEL ${INPUTS_LABEL}=${inputs}`, 'CMD ["/bin/bash"]'];
  const { code, output } = await machine.run(
    [
      "docker",
      "import",
      ...["--message", "Debian packages"],
      ...changes.flatMap((change) => ["--change", change]),
      archive.file,
      BASE_IMAGE,
    ],
    { timeoutMs: IMPORT_WITHIN_MS, signal },
  );
  return code === 0 ? null : `docker import failed: ${lastLine(output)}`;
}
