import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { scenarioIds } from "../../chaos/cli/scenario-catalogue.ts";
import { blocksOf, type Page } from "./page.ts";
import { snippetsOf } from "./type-check.ts";

/** What can be typed: verbs of `evenkeel` with their options, scripts of npm, ids of scenarios. */
export interface Known {
  /** Options by verb: `--trials`. */
  readonly verbs: ReadonlyMap<string, readonly string[]>;
  readonly scripts: readonly string[];
  readonly scenarios: readonly string[];
}

/** What the command says of itself, and what `package.json` has. */
export async function knownCommands(): Promise<Known> {
  const verbs = [
    ...(await helpOf()).matchAll(/^ {2}([a-z][a-z-]*)(?: [[<].*)?$|^ {2}([a-z][a-z-]*) .* {2}/gm),
  ]
    .map((match) => match[1] ?? match[2] ?? "")
    .filter((verb) => verb !== "");
  const options = await Promise.all(
    verbs.map(async (verb): Promise<[string, string[]]> => {
      const help = await helpOf(verb);
      return [verb, [...help.matchAll(/--[a-z-]+/g)].map(([option]) => option)];
    }),
  );
  const { scripts } = JSON.parse(readFileSync(join(PROJECT_ROOT, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return {
    verbs: new Map(options),
    scripts: Object.keys(scripts),
    scenarios: scenarioIds(),
  };
}

/** What in the `sh` blocks of a page cannot be typed, one sentence each. */
export function wrongCommandsOf(page: Page, known: Known): string[] {
  const own = snippetsOf(page).flatMap(({ place }) => stemOfScenario(place) ?? []);
  const scenarios = [...known.scenarios, ...own];
  return blocksOf(page)
    .filter(({ language }) => language === "sh")
    .flatMap(({ code, line }) =>
      code.split("\n").flatMap((text, index) => {
        const where = `${page.path}:${line + index}`;
        return wrongInLine(text, { ...known, scenarios }).map((wrong) => `${where}: ${wrong}`);
      }),
    );
}

function wrongInLine(text: string, known: Known): string[] {
  const command = text.replace(/(^|\s)#.*$/, "").trim();
  const script = /(?:^|\s)npm run (?:--?[a-z-]+ )*([\w:-]+)/.exec(command)?.[1];
  if (script !== undefined && !known.scripts.includes(script)) {
    return [`package.json has no script "${script}"`];
  }
  const typed = /(?:^|\s)npx evenkeel(.*)$/.exec(command)?.[1];
  if (typed === undefined) return [];
  // What follows a bare `--` is another program's.
  const [own = ""] = typed.trim().split(/\s--(?:\s|$)/);
  const [verb = "", ...words] = own.split(/\s+/);
  const options = known.verbs.get(verb);
  if (verb === "--help") return [];
  if (options === undefined) return [`evenkeel has no verb "${verb}"`];
  const wrong = words
    .filter((word) => word.startsWith("--") && !options.includes(word.split("=")[0] ?? ""))
    .map((option) => `evenkeel ${verb} has no option ${option}`);
  if (verb !== "run" && verb !== "plan") return wrong;
  const end = words.findIndex((word) => word.startsWith("-"));
  const ids = (end < 0 ? words : words.slice(0, end)).filter((id) => !/[<>$]/.test(id));
  const unknown = ids.filter((id) => !known.scenarios.includes(id));
  return [...wrong, ...unknown.map((id) => `there is no scenario "${id}"`)];
}

function stemOfScenario(place: string): string | undefined {
  return /^scenarios\/([^/]+)\.scenario\.ts$/.exec(place)?.[1];
}

function helpOf(...verb: readonly string[]): Promise<string> {
  const main = join(PROJECT_ROOT, "chaos", "cli", "main.ts");
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [main, ...verb, "--help"],
      // Wide, so that no verb's synopsis runs into a second line.
      { env: { ...process.env, COLUMNS: "200", FORCE_COLOR: "0" } },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`evenkeel ${verb.join(" ")} --help failed`, { cause: error }));
      },
    );
  });
}
