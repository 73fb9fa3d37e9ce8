import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";

/** A page of the documentation. */
export interface Page {
  /** Path from the project's folder: `docs/decisions.md`. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  /** What stands behind the fence: `ts`, `sh`, or nothing. */
  readonly language: string;
  readonly code: string;
  /** Line of the page on which the code begins, from 1. */
  readonly line: number;
}

/** The pages that are checked: README.md and every page of docs/. */
export function documentation(): Page[] {
  const docs = readdirSync(join(PROJECT_ROOT, "docs")).filter((file) => file.endsWith(".md"));
  return ["README.md", ...docs.map((file) => `docs/${file}`)].map((path) => ({
    path,
    text: readFileSync(join(PROJECT_ROOT, path), "utf8"),
  }));
}

/**
 * The fenced blocks of a page, in order.
 *
 * @throws Error when a fence is not closed
 */
export function blocksOf({ path, text }: Page): Block[] {
  const blocks: Block[] = [];
  let open: { readonly language: string; readonly line: number; readonly code: string[] } | null =
    null;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence === null) open?.code.push(line);
    else if (open === null) open = { language: fence[1]?.trim() ?? "", line: index + 2, code: [] };
    else {
      blocks.push({ language: open.language, line: open.line, code: open.code.join("\n") });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${path}:${open.line - 1}: this fence is not closed.`);
  return blocks;
}

/** The page without its fenced blocks, so that what looks like Markdown in code is not taken for it. */
export function proseOf({ text }: Page): string {
  let fenced = false;
  const lines = text.split("\n").map((line) => {
    const fence = /^\s*```/.test(line);
    if (fence) fenced = !fenced;
    return fence || fenced ? "" : line;
  });
  return lines.join("\n");
}

/** What stands between backticks in the prose of a page. */
export function codeWordsOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
}
