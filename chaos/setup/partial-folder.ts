import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const PREFIX = "partial-";
const ABANDONED_MS = 60 * 60 * 1000;

/** A folder for what is being made; disposing removes it with what is still in it. */
export interface PartialFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder beside the place where something goes, in the same file system, so that what is
 * whole can be moved there in one step. Removes those that were left by somebody who was killed.
 *
 * @param parent made when it is not there
 */
export async function partialFolder(parent: string): Promise<PartialFolder> {
  await mkdir(parent, { recursive: true });
  await sweep(parent);
  const path = await mkdtemp(join(parent, PREFIX));
  return {
    path,
    // What was killed just now may still be writing there.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 10 }),
  };
}

/** A younger one may belong to somebody who is at work. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(parent, name);
    // Its owner may remove it at any time.
    const found = await stat(folder).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > ABANDONED_MS) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
