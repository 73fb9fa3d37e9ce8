import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { blocksOf, type Page } from "./page.ts";

/**
 * TypeScript in the documentation is type-checked as if it stood in the project.
 *
 * A block that begins with a comment naming a path, `// scenarios/my-failover.scenario.ts`, is that
 * file. Blocks of a page with the same path are one file, in their order. A block without a path
 * stands in `scenarios/`. Files of one page may import each other; those of two pages do not meet.
 */

const PLACE = /^\/\/ ([\w.-]+(?:\/[\w.-]+)*\.ts)$/;

/** A file made of blocks of one page. */
export interface Snippet {
  readonly page: string;
  /** Path as if from the project's folder. */
  readonly place: string;
  /** The blocks' code; each line of the file knows its line of the page. */
  readonly lines: readonly { readonly text: string; readonly pageLine: number }[];
}

/** The files that the `ts` blocks of a page make up. */
export function snippetsOf(page: Page): Snippet[] {
  const files = new Map<string, Snippet["lines"][number][]>();
  for (const block of blocksOf(page)) {
    if (block.language !== "ts") continue;
    const lines = block.code.split("\n");
    const place = PLACE.exec(lines[0] ?? "")?.[1] ?? `scenarios/line-${block.line}.ts`;
    const file = files.get(place) ?? [];
    file.push(...lines.map((text, index) => ({ text, pageLine: block.line + index })));
    files.set(place, file);
  }
  return [...files].map(([place, lines]) => ({ page: page.path, place, lines }));
}

/**
 * What the compiler says of all snippets, in one run: `docs/page.md:12: error TS…`. Each page is a
 * tree of its own laid over the project's, so that relative imports reach both.
 */
export async function typeErrorsOf(snippets: readonly Snippet[]): Promise<string[]> {
  mkdirSync(join(PROJECT_ROOT, ".evenkeel"), { recursive: true });
  const folder = mkdtempSync(join(PROJECT_ROOT, ".evenkeel", "snippets-"));
  try {
    const trees = [...new Set(snippets.map(({ page }) => page))];
    const treeOf = (page: string): string => `tree-${trees.indexOf(page)}`;
    for (const { page, place, lines } of snippets) {
      const file = join(folder, treeOf(page), place);
      mkdirSync(dirname(file), { recursive: true });
      // `export` makes it a module, so that two snippets may use the same names.
      writeFileSync(file, `${lines.map(({ text }) => text).join("\n")}\nexport {};\n`);
    }
    const compilerOptions = { rootDirs: [PROJECT_ROOT, ...trees.map((page) => treeOf(page))] };
    const config = {
      extends: join(PROJECT_ROOT, "tsconfig.json"),
      compilerOptions,
      include: trees.map((page) => treeOf(page)),
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const output = await compile(join(folder, "tsconfig.json"));
    return output.map((line) => onPage(line, folder, treeOf, snippets));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Lines of the compiler; none when it is content. */
function compile(config: string): Promise<string[]> {
  const tsc = join(PROJECT_ROOT, "node_modules", "typescript", "bin", "tsc");
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [tsc, "-p", config, "--pretty", "false"],
      { cwd: PROJECT_ROOT },
      (error, stdout, stderr) => {
        const said = stdout.split("\n").filter((line) => line !== "");
        // It failed, and not because of types: it could not run at all.
        if (error !== null && said.length === 0) reject(new Error(`tsc: ${stderr}`));
        else resolve(said);
      },
    );
  });
}

/** Names the page and its line instead of the file that was made of it. */
function onPage(
  said: string,
  folder: string,
  treeOf: (page: string) => string,
  snippets: readonly Snippet[],
): string {
  for (const { page, place, lines } of snippets) {
    const file = relative(PROJECT_ROOT, join(folder, treeOf(page), place));
    if (!said.startsWith(`${file}(`)) continue;
    const [, line = "", rest = ""] = /^\((\d+),\d+\): (.*)$/.exec(said.slice(file.length)) ?? [];
    return `${page}:${lines[Number(line) - 1]?.pageLine ?? "end"} (${place}): ${rest}`;
  }
  return said;
}
