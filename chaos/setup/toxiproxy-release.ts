import { createHash } from "node:crypto";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { partialFolder } from "./partial-folder.ts";
import { TOOLS_DIRECTORY } from "./paths.ts";

/** Long enough for a slow line to begin, short enough not to hold up a machine that has none. */
const ANSWER_MS = 10_000;
/** 16 MB on a slow line. */
const DOWNLOAD_MS = 180_000;

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
  const asset = `toxiproxy-server-linux-${architecture}`;
  const base =
    release.baseUrl ?? `https://github.com/Shopify/toxiproxy/releases/download/v${release.version}`;
  const get = async (file: string, withinMs: number): Promise<Buffer> => {
    const signals = [AbortSignal.timeout(withinMs), release.signal].filter((s) => s !== undefined);
    const response = await (release.fetch ?? fetch)(`${base}/${file}`, {
      signal: AbortSignal.any(signals),
    });
    if (!response.ok) throw new Error(`${file}: status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  };
  try {
    const wanted = checksumOf(asset, (await get("checksums.txt", ANSWER_MS)).toString("utf8"));
    if (wanted === null) return `the release names no checksum for ${asset}`;
    const program = await get(asset, DOWNLOAD_MS);
    const seen = createHash("sha256").update(program).digest("hex");
    if (seen !== wanted) return `${asset} has SHA-256 ${seen}, the release says ${wanted}`;
    await place(program, release.destination ?? TOOLS_DIRECTORY);
    return null;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `the release cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/** The SHA-256 of a file in a list as `sha256sum` writes it; null when it is not there. */
export function checksumOf(file: string, list: string): string | null {
  for (const line of list.split("\n")) {
    const [checksum, name] = line.trim().split(/\s+\*?/);
    if (name === file && checksum !== undefined && /^[\da-f]{64}$/.test(checksum)) return checksum;
  }
  return null;
}

async function place(program: Buffer, destination: string): Promise<void> {
  await mkdir(destination, { recursive: true });
  await using partial = await partialFolder(dirname(destination));
  const file = join(partial.path, "toxiproxy-server");
  await writeFile(file, program);
  await chmod(file, 0o755);
  await rename(file, join(destination, "toxiproxy-server"));
}
