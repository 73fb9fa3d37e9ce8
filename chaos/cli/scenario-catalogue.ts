import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UnknownName } from "../environment/errors.ts";
import type { Scenario } from "../scenario.ts";
import { PROJECT_ROOT } from "../setup/paths.ts";

const SUFFIX = ".scenario.ts";
const FOLDER = join(PROJECT_ROOT, "scenarios");

/** Ids of all scenarios: the stems of their files, in alphabetical order. */
export function scenarioIds(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .toSorted();
}

/**
 * Loads one scenario.
 *
 * @throws UnknownName that lists the known ids; TypeError when its file exports none
 */
export async function loadScenario(id: string): Promise<Scenario> {
  if (!scenarioIds().includes(id)) throw new UnknownName("scenario", id, scenarioIds());
  const file = join(FOLDER, `${id}${SUFFIX}`);
  const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const found = Object.values(module).find(isScenario);
  if (found === undefined) {
    throw new TypeError(
      `scenarios/${id}${SUFFIX} exports no scenario. Export what \`scenario(…)\` returns.`,
    );
  }
  return found;
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === "object" && value !== null && "sentence" in value && "faults" in value;
}
