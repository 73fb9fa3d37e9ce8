import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Machine } from "./machine.ts";
import { PROJECT_ROOT, TOOLS_DIRECTORY } from "./paths.ts";
import { lastLine } from "./program.ts";

/** The version that is built. Go checks its sources against the public checksum database. */
export const TOXIPROXY_VERSION = "2.12.0";

const MODULE = "github.com/Shopify/toxiproxy/v2";

/** What to do where setup cannot build it. */
export const TOXIPROXY_BY_HAND = `\`npm run setup -- --for test\` downloads its official release, or builds it where Go 1.23 or later is (https://go.dev/dl); or put toxiproxy-server ${TOXIPROXY_VERSION} of https://github.com/Shopify/toxiproxy/releases on the PATH or into ${relative(PROJECT_ROOT, TOOLS_DIRECTORY)}/.`;

const PARTIAL = "partial-";
const ABANDONED_MS = 60 * 60 * 1000;

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
  const parent = dirname(destination);
  await mkdir(destination, { recursive: true });
  await sweep(parent);
  // In the same file system, so that the rename is atomic.
  const partial = await mkdtemp(join(parent, PARTIAL));
  try {
    const { code, output } = await machine.run(
      [
        "go",
        "install",
        // Without it a build calls itself `git`.
        `-ldflags=-s -w -X ${MODULE}.Version=${TOXIPROXY_VERSION}`,
        `${MODULE}/cmd/server@v${TOXIPROXY_VERSION}`,
      ],
      { env: { GOBIN: partial, CGO_ENABLED: "0", GOFLAGS: "" }, timeoutMs: 600_000, signal },
    );
    if (code !== 0) return `go install failed: ${lastLine(output)}`;
    await chmod(join(partial, "server"), 0o755);
    await rename(join(partial, "server"), join(destination, "toxiproxy-server"));
    return null;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Removes what a build left that was killed; a younger one may belong to a build that runs. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PARTIAL)) continue;
    const { mtimeMs } = await stat(join(parent, name));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(join(parent, name), { recursive: true });
  }
}
