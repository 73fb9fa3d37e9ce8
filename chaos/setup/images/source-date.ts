import { lutimes, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Seconds since 1970 at which everything in an image was changed last, so that the same content has
 * the same digest. The name is that of https://reproducible-builds.org/specs/source-date-epoch.
 */
export const SOURCE_DATE_EPOCH = "1767225600";

/** Gives a folder and everything below it that time. */
export async function fixTimes(folder: string): Promise<void> {
  const time = Number(SOURCE_DATE_EPOCH);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await lutimes(join(entry.parentPath, entry.name), time, time);
  }
  await lutimes(folder, time, time);
}
