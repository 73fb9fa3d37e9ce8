import { createHash } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Machine } from "./machine.ts";
import { UNSHARE_ARGV } from "./namespaces.ts";
import { COMPILE_CACHE_DIRECTORY, PROJECT_ROOT } from "./paths.ts";
import { lastLine } from "./program.ts";

/** Programs that run inside a lab. They start on import, so what they import is loaded instead. */
const ENTRY_PROGRAMS = [
  "balancer/main.ts",
  "scenarios/backend/main.ts",
  "chaos/environment/namespace/lab-host.ts",
  "chaos/environment/node-agent/main.ts",
  "chaos/measurement/prober/main.ts",
];

/** File that tells for which modules the cache was filled. */
const STAMP = "warmed";

const WARMER = `
  const { flushCompileCache } = await import("node:module");
  for (const url of process.argv.slice(1)) await import(url);
  flushCompileCache();
`;

/**
 * Fills Node's compile cache with what runs in a lab, which halves the start of every node. The
 * cache is kept apart by user id, so it is filled as root of a user namespace, as labs run.
 *
 * @returns null, or why it was not done; a lab works without it, only slower
 */
export async function warmCompileCache(
  machine: Machine,
  directory: string = COMPILE_CACHE_DIRECTORY,
  signal?: AbortSignal,
): Promise<string | null> {
  const modules = await modulesToWarm();
  const stamp = await stampOf(modules, machine.nodeVersion);
  try {
    await mkdir(directory, { recursive: true });
    const before = await readFile(join(directory, STAMP), "utf8").catch(() => "");
    if (before === stamp) return null;
    const urls = modules.map((module) => pathToFileURL(module).href);
    const argv = [process.execPath, "--input-type=module", "--eval", WARMER, ...urls];
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

/** What the entry programs import from the project, without the entry programs themselves. */
async function modulesToWarm(): Promise<readonly string[]> {
  const modules = new Set<string>();
  for (const entry of ENTRY_PROGRAMS) {
    const file = join(PROJECT_ROOT, entry);
    const source = await readFile(file, "utf8").catch(() => "");
    for (const [, specifier] of source.matchAll(/^(?:import|\}) (?!type).*from "(\..*\.ts)";$/gm)) {
      if (specifier !== undefined) modules.add(join(file, "..", specifier));
    }
  }
  return [...modules].sort();
}

/** Changes when Node or one of the modules does. */
async function stampOf(modules: readonly string[], nodeVersion: string): Promise<string> {
  const hash = createHash("sha256").update(nodeVersion);
  for (const module of modules) {
    const { mtimeMs } = await stat(module).catch(() => ({ mtimeMs: 0 }));
    hash.update(`\n${module} ${mtimeMs}`);
  }
  return hash.digest("hex");
}
