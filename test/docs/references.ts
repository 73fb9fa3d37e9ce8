import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { codeWordsOf, proseOf, type Page } from "./page.ts";
import { snippetsOf } from "./type-check.ts";

/** Folders of the project. A path into one of them must exist. */
const FOLDERS = ["balancer", "stacks", "chaos", "scenarios", "test", "docs", ".ci"];
/** Made on a machine, so that a checkout need not have them. */
const MADE = ["runs", ".evenkeel", "cdktf.out", "node_modules"];

/** Relative links of a page that lead nowhere, one sentence each. */
export function brokenLinksOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = "", anchor] = target.split("#", 2);
    const path = file === "" ? page.path : posix.join(posix.dirname(page.path), file);
    const absolute = join(PROJECT_ROOT, path);
    if (file !== "" && !existsSync(absolute))
      return [`${page.path}: the link ${target} leads nowhere`];
    if (anchor === undefined || !path.endsWith(".md")) return [];
    const text = file === "" ? page.text : readFileSync(absolute, "utf8");
    return anchorsOf(text).includes(anchor)
      ? []
      : [`${page.path}: ${target}: that page has no such heading`];
  });
}

/**
 * Paths in backticks that do not exist, one sentence each. A path is what has a slash and begins
 * with a folder of the project or ends like a source file; `<…>` and `*` stand for something.
 */
export function missingPathsOf(page: Page): string[] {
  const made = snippetsOf(page).map(({ place }) => place);
  return codeWordsOf(page)
    .filter((word) => /^[\w.-]+(?:\/[\w.-]+)+\/?$/.test(word))
    .filter((word) => {
      const [first = ""] = word.split("/", 1);
      if (MADE.includes(first)) return false;
      return FOLDERS.includes(first) || /\.(?:ts|js|md|json|html)$/.test(word);
    })
    .filter((word) => !made.includes(word) && !existsSync(join(PROJECT_ROOT, word)))
    .map((word) => `${page.path}: there is no ${word}`);
}

/** Folders that hold sources directly and are not named on the page; `ignored` ones need not be. */
export function unnamedFolders(page: Page, sources: readonly string[]): string[] {
  const words = new Set(codeWordsOf(page).map((word) => word.replace(/\/$/, "")));
  const folders = [...new Set(sources.map((source) => dirname(source)))];
  return folders.filter((folder) => folder !== "." && !words.has(folder)).toSorted();
}

/** Anchors as GitHub makes them from headings. */
function anchorsOf(text: string): string[] {
  return [...proseOf({ path: "", text }).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}
