import { chmod, copyFile, mkdir, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fixTimes } from "./source-date.ts";
import type { ImageParts } from "./parts.ts";

/** Where things are inside an image, below its root. */
const PLACES = {
  node: "usr/local/bin/node",
  launchers: "opt/evenkeel/bin",
  bundles: "opt/evenkeel/bundles",
  toxiproxy: "usr/local/bin/toxiproxy-server",
} as const;

/**
 * Lays out what `stacks/images/Dockerfile` copies: one folder a layer, each as the image's root has
 * it, so that modes and times of folders come from here and not from the moment of the build.
 */
export async function layOutContext(folder: string, parts: ImageParts): Promise<void> {
  await place(parts.node, join(folder, "node", PLACES.node), 0o755);
  for (const launcher of parts.launchers) {
    await place(launcher, join(folder, "evenkeel", PLACES.launchers, basename(launcher)), 0o755);
  }
  for (const bundle of parts.bundles) {
    await place(bundle, join(folder, "evenkeel", PLACES.bundles, basename(bundle)), 0o644);
  }
  await place(parts.toxiproxy, join(folder, "toxiproxy", PLACES.toxiproxy), 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // Whatever the umask is.
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
  await fixTimes(folder);
}

async function place(file: string, destination: string, mode: number): Promise<void> {
  await mkdir(dirname(destination), { recursive: true });
  await copyFile(file, destination);
  await chmod(destination, mode);
}
