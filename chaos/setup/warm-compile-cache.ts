import { createHash } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBundles } from "./bundles.ts";
import type { Machine } from "./machine.ts";
import { UNSHARE_ARGV } from "./namespaces.ts";
import { COMPILE_CACHE_DIRECTORY } from "./paths.ts";
import { lastLine } from "./program.ts";

/** Bundles of the programs that every lab starts. */
const PROGRAMS = [
  "agent",
  "backend",
  "balancer",
  "call",
  "command",
  "lab-host",
  "prober",
  "toxics",
] as const;

/** File that tells for which bundles the cache was filled. */
const STAMP = "warmed";

/**
 * Runs each of them. Asked for help, or with nothing to read, they end by themselves, with an exit
 * code that says nothing here; what they were compiled to is written when they end.
 */
const WARMER = `node=$1; shift
for program do "$node" "$program" --help </dev/null >/dev/null 2>&1 & done
wait`;

/**
 * Bundles the programs of a lab and fills Node's compile cache with them. The cache is kept apart by
 * user id, so it is filled as root of a user namespace, as labs run.
 *
 * @returns null, or why it was not done; a lab works without it, only slower
 */
export async function warmCompileCache(
  machine: Machine,
  directory: string = COMPILE_CACHE_DIRECTORY,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    const folder = await ensureBundles();
    const bundles = PROGRAMS.map((program) => join(folder, `${program}.cjs`));
    await mkdir(directory, { recursive: true });
    const stamp = await stampOf(bundles, machine.nodeVersion);
    const before = await readFile(join(directory, STAMP), "utf8").catch(() => "");
    if (before === stamp) return null;
    const argv = ["sh", "-c", WARMER, "warmer", process.execPath, ...bundles];
    const { code, output } = await machine.run([...UNSHARE_ARGV, ...argv], {
      env: { NODE_COMPILE_CACHE: directory },
      timeoutMs: 60_000,
      signal,
    });
    if (code !== 0) return lastLine(output);
    await writeFile(join(directory, STAMP), stamp);
    return null;
  } catch (error) {
    // As a rule: the checkout belongs to somebody else.
    return error instanceof Error ? error.message : String(error);
  }
}

/** Changes when Node or one of the bundles does. */
async function stampOf(bundles: readonly string[], nodeVersion: string): Promise<string> {
  const hash = createHash("sha256").update(nodeVersion);
  for (const bundle of bundles) hash.update(`\n${bundle} ${(await stat(bundle)).mtimeMs}`);
  return hash.digest("hex");
}
