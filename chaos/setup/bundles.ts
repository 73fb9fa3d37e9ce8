import { readFileSync, statSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { partialFolder } from "./partial-folder.ts";
import { BUNDLES_DIRECTORY, PROJECT_ROOT } from "./paths.ts";

/**
 * The programs that start inside a lab, each as one CommonJS file: a bundle starts in half the time
 * that Node needs to find, read and strip some dozens of TypeScript modules.
 */

/** Program, as its launcher in `stacks/images/bin/` names it, and its source. */
const SOURCES: Readonly<Record<string, string>> = {
  agent: "chaos/environment/node-agent/main.ts",
  backend: "scenarios/backend/main.ts",
  balancer: "balancer/main.ts",
  call: "chaos/faults/call/main.ts",
  command: "chaos/faults/command/main.ts",
  hand: "chaos/environment/docker/hand/main.ts",
  "lab-host": "chaos/environment/namespace/lab-host.ts",
  // A thread of the prober, which looks for it beside itself.
  pacer: "chaos/measurement/prober/pacer.ts",
  prober: "chaos/measurement/prober/main.ts",
  saturate: "chaos/load/saturation/main.ts",
  toxics: "chaos/faults/toxics/main.ts",
};

/** Programs by name, and the absolute paths of their sources. */
export type Programs = Readonly<Record<string, string>>;

/** Every program that starts inside a lab or a container. */
export const PROGRAMS: Programs = Object.fromEntries(
  Object.entries(SOURCES).map(([program, source]) => [program, join(PROJECT_ROOT, source)]),
);

/** Changes with every installed package, so that their files need not be looked at one by one. */
const INSTALLED_PACKAGES = "node_modules/.package-lock.json";
/** Remembers, beside the bundles, what they are and what they were made of. */
const STAMPS = "stamps.json";
/** File systems round the time of a change down, by as much as this. */
const CLOCK_TICK_MS = 20;

/** The programs could not be bundled. */
export class BundleError extends Error {
  readonly code = "bundle";
  readonly side = "internal";
  readonly retryable = false;

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `The programs of a lab cannot be bundled: ${why.trim()}\nCorrect the source that is named; if none is, run "npm ci".`,
      { cause },
    );
    this.name = "BundleError";
  }
}

/**
 * The folder of the bundles, which are made anew when one of them, a source or an installed package
 * has changed since. Finding out that nothing has takes about a millisecond. Runners may call it
 * side by side.
 *
 * @param folder default: `.evenkeel/bundles` of the project
 * @param programs default: all that start inside a lab
 * @throws BundleError
 */
export async function ensureBundles(
  folder: string = BUNDLES_DIRECTORY,
  programs: Programs = PROGRAMS,
): Promise<string> {
  if (isCurrent(folder)) return folder;
  const beganMs = Date.now();
  try {
    await using partial = await partialFolder(folder);
    const { bundles, sources } = await buildBundles(partial.path, programs);
    const stamps: Record<string, string> = {};
    for (const source of sources) {
      // Changed while it was read: nobody knows in which state. The next look makes all anew.
      const isSettled = statSync(source).mtimeMs < beganMs - CLOCK_TICK_MS;
      stamps[relative(PROJECT_ROOT, source)] = isSettled ? stampOf(source) : "";
    }
    for (const name of bundles) {
      const [made, place] = [join(partial.path, name), join(folder, name)];
      // Taken before it is in its place, where another runner may put its own.
      stamps[relative(PROJECT_ROOT, place)] = stampOf(made);
      await rename(made, place);
    }
    const remembered = join(partial.path, STAMPS);
    await writeFile(remembered, JSON.stringify(stamps));
    await rename(remembered, join(folder, STAMPS));
    return folder;
  } catch (error) {
    throw error instanceof BundleError ? error : new BundleError(error);
  }
}

/** What was made, and of what. */
export interface BuiltBundles {
  /** Names of the files. */
  readonly bundles: readonly string[];
  /** Absolute paths of all that decides what is in them. */
  readonly sources: readonly string[];
}

/**
 * Makes `<program>.cjs` in a folder for every program; they need Node and nothing else.
 *
 * @param folder made when it is not there
 * @param programs default: all that start inside a lab or a container
 * @throws BundleError
 */
export async function buildBundles(
  folder: string,
  programs: Programs = PROGRAMS,
): Promise<BuiltBundles> {
  try {
    await mkdir(folder, { recursive: true });
    const built = await Promise.all(
      Object.entries(programs).map(([program, source]) =>
        bundle(source, join(folder, `${program}.cjs`)),
      ),
    );
    const own = built
      .flat()
      .filter((module) => isAbsolute(module) && !module.includes("/node_modules/"));
    return {
      bundles: Object.keys(programs).map((program) => `${program}.cjs`),
      sources: [
        ...new Set([...own, import.meta.filename, join(PROJECT_ROOT, INSTALLED_PACKAGES)]),
      ].sort(),
    };
  } catch (error) {
    throw new BundleError(error);
  }
}

/** @returns absolute paths of the modules that went into it */
async function bundle(source: string, file: string): Promise<readonly string[]> {
  // Loaded here: nearly always there is nothing to bundle.
  const { rolldown } = await import("rolldown");
  const bundling = await rolldown({
    input: source,
    cwd: PROJECT_ROOT,
    platform: "node",
    logLevel: "silent",
  });
  try {
    const { output } = await bundling.generate({ format: "cjs", codeSplitting: false });
    await writeFile(file, output[0].code);
    return output[0].moduleIds;
  } finally {
    await bundling.close();
  }
}

function isCurrent(folder: string): boolean {
  try {
    const stamps: unknown = JSON.parse(readFileSync(join(folder, STAMPS), "utf8"));
    if (typeof stamps !== "object" || stamps === null) return false;
    return Object.entries(stamps).every(
      ([path, stamp]) => stampOf(join(PROJECT_ROOT, path)) === stamp,
    );
  } catch {
    return false; // Never made, or one of the files is gone.
  }
}

/** Changes whenever a file is written or replaced; moving it changes nothing. */
function stampOf(file: string): string {
  const { ino, mtimeMs, size } = statSync(file);
  return `${ino} ${mtimeMs} ${size}`;
}
