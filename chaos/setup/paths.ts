import { delimiter, join } from "node:path";

/** Folder of this checkout. */
export const PROJECT_ROOT = join(import.meta.dirname, "..", "..");

/**
 * What set-up and runs leave behind for the next time. Deleting it is harmless, once
 * `npm run engine:stop` has stopped an engine that keeps its data there.
 */
export const STATE_DIRECTORY = join(PROJECT_ROOT, ".evenkeel");

/** Programs that set-up brought for this project alone. */
export const TOOLS_DIRECTORY = join(STATE_DIRECTORY, "tools", "bin");

/** The programs that start inside a lab, bundled. */
export const BUNDLES_DIRECTORY = join(STATE_DIRECTORY, "bundles");

/** Where images are put together, and nothing stays. */
export const IMAGES_DIRECTORY = join(STATE_DIRECTORY, "images");

/** The Terraform provider, and the configuration that makes Terraform find it. */
export const PROVIDER_DIRECTORY = join(STATE_DIRECTORY, "provider");

/** Node's compile cache: halves the start-up time of every program of a lab. */
export const COMPILE_CACHE_DIRECTORY = join(STATE_DIRECTORY, "compile-cache");

/** Where records of runs go unless told otherwise. */
export const RUNS_DIRECTORY = join(PROJECT_ROOT, "runs");

/**
 * PATH of every node of a lab, and of whatever looks for programs on this machine: our launchers,
 * Node 24, the project's tools, then the machine's own, system folders included (an ordinary user's
 * PATH often lacks them).
 */
export function programPath(machinePath = process.env["PATH"] ?? ""): string {
  return [
    join(PROJECT_ROOT, "stacks", "images", "bin"),
    join(PROJECT_ROOT, "node_modules", ".bin"),
    TOOLS_DIRECTORY,
    machinePath,
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
  ].join(delimiter);
}
