import { createHash } from "node:crypto";

/** Long enough for a slow line to begin, short enough not to hold up a machine that has none. */
const ANSWER_MS = 10_000;
/** Some 30 MB on a slow line. */
const DOWNLOAD_MS = 300_000;

/** One file of a release, and the list that its publisher gives of the SHA-256 of each. */
export interface ReleaseFile {
  readonly baseUrl: string;
  readonly name: string;
  /** As `sha256sum` writes it. */
  readonly checksums: string;
  readonly signal: AbortSignal | undefined;
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch;
}

/** The file, or why it was not taken. */
export type Fetched = { readonly content: Buffer } | { readonly problem: string };

/** Downloads a file of an official release, if its SHA-256 is the one that the release itself names. */
export async function fetchReleaseFile(file: ReleaseFile): Promise<Fetched> {
  const get = async (name: string, withinMs: number): Promise<Buffer> => {
    const signals = [AbortSignal.timeout(withinMs), file.signal].filter((s) => s !== undefined);
    const response = await (file.fetch ?? fetch)(`${file.baseUrl}/${name}`, {
      signal: AbortSignal.any(signals),
    });
    if (!response.ok) throw new Error(`${name}: status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  };
  try {
    const list = (await get(file.checksums, ANSWER_MS)).toString("utf8");
    const wanted = checksumOf(file.name, list);
    if (wanted === null) return { problem: `the release names no checksum for ${file.name}` };
    const content = await get(file.name, DOWNLOAD_MS);
    const seen = createHash("sha256").update(content).digest("hex");
    if (seen === wanted) return { content };
    return { problem: `${file.name} has SHA-256 ${seen}, the release says ${wanted}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    return { problem: `the release cannot be reached: ${why}` };
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
