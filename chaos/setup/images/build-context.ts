import { chmod, copyFile, mkdir, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { partialFolder } from "../partial-folder.ts";
import { IMAGES_DIRECTORY } from "../paths.ts";
import type { ImageParts } from "./parts.ts";
import { fixTimes } from "./source-date.ts";

/** Where things are inside an image, below its root. */
const PLACES = {
  node: "usr/local/bin/node",
  launchers: "opt/evenkeel/bin",
  bundles: "opt/evenkeel/bundles",
  toxiproxy: "usr/local/bin/toxiproxy-server",
} as const;

/**
 * Builds from a folder that holds what a Dockerfile copies: one folder a layer, each as the image's
 * root has it, so that modes and times of folders come from here and not from the moment of the build.
 */
export async function withContext<T>(
  layOut: (context: string) => Promise<void>,
  build: (context: string) => Promise<T>,
): Promise<T> {
  await using partial = await partialFolder(IMAGES_DIRECTORY);
  const context = join(partial.path, "context");
  await mkdir(context);
  await layOut(context);
  return await build(context);
}

/** What `stacks/images/runtime.Dockerfile` copies. */
export async function layOutNode(context: string, node: string): Promise<void> {
  await place(node, join(context, "node", PLACES.node), 0o755);
  await settle(context);
}

/** What `stacks/images/Dockerfile` copies. */
export async function layOutPrograms(
  context: string,
  parts: Omit<ImageParts, "node">,
): Promise<void> {
  for (const launcher of parts.launchers) {
    await place(launcher, join(context, "programs", PLACES.launchers, basename(launcher)), 0o755);
  }
  for (const bundle of parts.bundles) {
    await place(bundle, join(context, "programs", PLACES.bundles, basename(bundle)), 0o644);
  }
  await place(parts.toxiproxy, join(context, "toxiproxy", PLACES.toxiproxy), 0o755);
  await settle(context);
}

async function place(file: string, destination: string, mode: number): Promise<void> {
  await mkdir(dirname(destination), { recursive: true });
  await copyFile(file, destination);
  await chmod(destination, mode);
}

async function settle(context: string): Promise<void> {
  for (const entry of await readdir(context, { recursive: true, withFileTypes: true })) {
    // Whatever the umask is.
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
  await fixTimes(context);
}
