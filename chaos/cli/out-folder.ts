import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { WrongUse } from "../errors.ts";

/**
 * Makes the folder that run folders go to, before anything is started.
 *
 * @throws WrongUse when it cannot be made, or not be written to
 */
export async function makeOutFolder(path: string): Promise<void> {
  try {
    await makeFolder(resolve(path));
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WrongUse(
      `Runs cannot be recorded in ${path} (--out): ${reason}`,
      "Name a folder that you may write to.",
    );
  }
}

/** One folder after another: where the kernel makes none, as in /proc, a recursive mkdir never ends. */
async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return;
  if (found !== null) throw new Error("it is not a folder");
  await makeFolder(dirname(path));
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error; // Somebody else was faster.
  });
}
