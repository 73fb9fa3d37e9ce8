import { createHash } from "node:crypto";
import { askEngine } from "../engine/ask-engine.ts";
import type { Machine } from "../machine.ts";

/** The label of an image that says of what it was made. */
export const INPUTS_LABEL = "evenkeel.inputs";

/** Hash of texts, in their order. */
export function hashOf(texts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  // With its length, for "ab", "c" is not "a", "bc".
  for (const text of texts) hash.update(`${text.length}\n`).update(text);
  return hash.digest("hex").slice(0, 32);
}

/** What an image of the engine was made of; null when there is none of that name. */
export async function inputsOf(machine: Machine, image: string): Promise<string | null> {
  const format = `{{index .Config.Labels "${INPUTS_LABEL}"}}`;
  const { code, output } = await askEngine(machine, "image", "inspect", "--format", format, image);
  return code === 0 ? output.trim() : null;
}
