import { appendFile } from "node:fs/promises";
import { reasonOf } from "../errors.ts";

/**
 * Adds a summary to that of the running step of GitHub Actions; does nothing elsewhere. Several runs
 * of one step stand below each other.
 *
 * @param environment variables; `GITHUB_STEP_SUMMARY` is the file to add to
 * @returns what to tell when it could not be written, else null: a verdict does not depend on it
 * @see https://docs.github.com/actions, workflow commands, adding a job summary
 */
export async function appendStepSummary(
  markdown: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const path = environment["GITHUB_STEP_SUMMARY"] ?? "";
  if (path === "") return null;
  try {
    await appendFile(path, `${markdown.trimEnd()}\n\n`);
    return null;
  } catch (error) {
    return `The step's summary was not written (GITHUB_STEP_SUMMARY): ${reasonOf(error)}`;
  }
}
