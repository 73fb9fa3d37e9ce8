import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Machine } from "./machine.ts";
import { fetchReleaseFile } from "./official-release.ts";
import { partialFolder } from "./partial-folder.ts";
import { PROJECT_ROOT, TOOLS_DIRECTORY } from "./paths.ts";
import { checkProgram, type ProgramCheck } from "./program.ts";
import type { Bringing, Finding } from "./requirement.ts";

/** The version that set-up brings where none is installed. */
export const TERRAFORM_VERSION = "1.11.4";

/** What to do where set-up cannot bring it: no distribution has it in its own archive. */
const BY_HAND = `\`npm run setup -- --for docker\` downloads its official release; or put terraform of https://developer.hashicorp.com/terraform/install on the PATH or into ${relative(PROJECT_ROOT, TOOLS_DIRECTORY)}/.`;

const RECOGNISED: ProgramCheck = {
  names: ["terraform"],
  versionArgs: ["version"],
  version: /Terraform v(\S+)/,
  // The first that speaks the provider's protocol.
  atLeast: "1.1.5",
  next: BY_HAND,
};

/** Node's names of processors, and the release's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Where it comes from and goes to. */
export interface TerraformOrigin {
  /** As `process.arch`. */
  readonly architecture?: string;
  /** @default the project's own tools folder */
  readonly destination?: string;
  /** @default HashiCorp's releases */
  readonly baseUrl?: string;
}

/** Looks for `terraform`, whoever installed it. */
export async function checkTerraform(machine: Machine): Promise<Finding> {
  return checkProgram(RECOGNISED, machine);
}

/**
 * Brings `terraform` of an official release, if its SHA-256 is the one that the release itself names,
 * and moves it into place when it is whole.
 *
 * @returns null, or why it was not brought
 */
export async function bringTerraform(
  { steps, signal }: Bringing,
  {
    architecture = process.arch,
    destination = TOOLS_DIRECTORY,
    baseUrl = `https://releases.hashicorp.com/terraform/${TERRAFORM_VERSION}`,
  }: TerraformOrigin = {},
): Promise<string | null> {
  const platform = ARCHITECTURES[architecture];
  if (platform === undefined) return `there is no release for ${architecture}`;
  steps.doing(`downloading Terraform ${TERRAFORM_VERSION} of its official release`);
  const archive = `terraform_${TERRAFORM_VERSION}_linux_${platform}.zip`;
  const fetched = await fetchReleaseFile({
    baseUrl,
    name: archive,
    checksums: `terraform_${TERRAFORM_VERSION}_SHA256SUMS`,
    signal,
  });
  if ("problem" in fetched) return fetched.problem;

  await mkdir(destination, { recursive: true });
  await using partial = await partialFolder(dirname(destination));
  await writeFile(join(partial.path, archive), fetched.content);
  // Loaded here: nearly always there is nothing to unpack.
  const { default: extract } = await import("extract-zip");
  await extract(join(partial.path, archive), { dir: partial.path });
  await rename(join(partial.path, "terraform"), join(destination, "terraform"));
  return null;
}
