import { chmod, mkdir, rename } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Machine } from "./machine.ts";
import { partialFolder } from "./partial-folder.ts";
import { PROJECT_ROOT, TOOLS_DIRECTORY } from "./paths.ts";
import { checkProgram, lastLine, type ProgramCheck } from "./program.ts";
import type { Bringing, Finding } from "./requirement.ts";
import { downloadToxiproxy } from "./toxiproxy-release.ts";

/** The version that is built. Go checks its sources against the public checksum database. */
export const TOXIPROXY_VERSION = "2.12.0";

const MODULE = "github.com/Shopify/toxiproxy/v2";

/** What to do where setup cannot build it. */
const BY_HAND = `\`npm run setup -- --for test\` downloads its official release, or builds it where Go 1.23 or later is (https://go.dev/dl); or put toxiproxy-server ${TOXIPROXY_VERSION} of https://github.com/Shopify/toxiproxy/releases on the PATH or into ${relative(PROJECT_ROOT, TOOLS_DIRECTORY)}/.`;

const RECOGNISED: ProgramCheck = {
  names: ["toxiproxy-server"],
  versionArgs: ["--version"],
  // One that was built without naming its version calls itself `git`, and is accepted.
  version: /version v?(\d\S*)/,
  atLeast: "2.5",
  next: BY_HAND,
};

/** Looks for `toxiproxy-server`, whoever installed it. */
export async function checkToxiproxy(machine: Machine): Promise<Finding> {
  return checkProgram(RECOGNISED, machine);
}

/**
 * Brings `toxiproxy-server` of the official release, or builds it where that cannot be had.
 *
 * @param download how the release is brought
 * @returns null, or what went wrong
 */
export async function bringToxiproxy(
  { machine, steps, signal }: Bringing,
  download: typeof downloadToxiproxy = downloadToxiproxy,
): Promise<string | null> {
  steps.doing(`downloading toxiproxy-server ${TOXIPROXY_VERSION} of its official release`);
  const problem = await download({
    version: TOXIPROXY_VERSION,
    architecture: process.arch,
    signal,
  });
  if (problem === null || machine.find("go") === null) return problem;
  steps.doing(`${problem}; building it from its pinned sources instead`);
  steps.doing(`go builds toxiproxy-server ${TOXIPROXY_VERSION}, which takes about half a minute`);
  return buildToxiproxy(machine, signal);
}

/**
 * Builds `toxiproxy-server` and moves it into place when it is whole.
 *
 * @returns null, or what went wrong
 */
export async function buildToxiproxy(
  machine: Machine,
  signal?: AbortSignal,
  destination: string = TOOLS_DIRECTORY,
): Promise<string | null> {
  await mkdir(destination, { recursive: true });
  await using partial = await partialFolder(dirname(destination));
  const { code, output } = await machine.run(
    [
      "go",
      "install",
      // Without it a build calls itself `git`.
      `-ldflags=-s -w -X ${MODULE}.Version=${TOXIPROXY_VERSION}`,
      `${MODULE}/cmd/server@v${TOXIPROXY_VERSION}`,
    ],
    { env: { GOBIN: partial.path, CGO_ENABLED: "0", GOFLAGS: "" }, timeoutMs: 600_000, signal },
  );
  if (code !== 0) return `go install failed: ${lastLine(output)}`;
  const built = join(partial.path, "server");
  await chmod(built, 0o755);
  await rename(built, join(destination, "toxiproxy-server"));
  return null;
}
