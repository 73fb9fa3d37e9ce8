import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fetchReleaseFile } from "./official-release.ts";
import { partialFolder } from "./partial-folder.ts";
import { TOOLS_DIRECTORY } from "./paths.ts";

/** Node's names of processors, and the release's. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Where a release's files come from, and what for. */
export interface Release {
  readonly version: string;
  /** As `process.arch`. */
  readonly architecture: string;
  readonly signal: AbortSignal | undefined;
  /** @default the project's own tools folder */
  readonly destination?: string;
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch;
  /** @default the releases of Shopify/toxiproxy */
  readonly baseUrl?: string;
}

/**
 * Brings `toxiproxy-server` of an official release, if its SHA-256 is the one that the release's own
 * `checksums.txt` names, and moves it into place when it is whole.
 *
 * @returns null, or why it was not brought
 */
export async function downloadToxiproxy(release: Release): Promise<string | null> {
  const architecture = ARCHITECTURES[release.architecture];
  if (architecture === undefined) return `there is no release for ${release.architecture}`;
  const fetched = await fetchReleaseFile({
    baseUrl:
      release.baseUrl ??
      `https://github.com/Shopify/toxiproxy/releases/download/v${release.version}`,
    name: `toxiproxy-server-linux-${architecture}`,
    checksums: "checksums.txt",
    signal: release.signal,
    ...(release.fetch === undefined ? {} : { fetch: release.fetch }),
  });
  if ("problem" in fetched) return fetched.problem;

  const destination = release.destination ?? TOOLS_DIRECTORY;
  await mkdir(destination, { recursive: true });
  await using partial = await partialFolder(dirname(destination));
  const file = join(partial.path, "toxiproxy-server");
  await writeFile(file, fetched.content);
  await chmod(file, 0o755);
  await rename(file, join(destination, "toxiproxy-server"));
  return null;
}
