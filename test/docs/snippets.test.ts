import { beforeAll, describe, expect, test } from "vitest";
import { knownCommands, wrongCommandsOf, type Known } from "./commands.ts";
import { blocksOf, documentation, type Page } from "./page.ts";
import { brokenLinksOf, missingPathsOf } from "./references.ts";
import { snippetsOf, typeErrorsOf } from "./type-check.ts";

const pages = documentation();
let known: Known;
beforeAll(async () => {
  known = await knownCommands();
}, 180_000);

describe("the documentation", () => {
  test("contains only TypeScript that passes the type check", { timeout: 120_000 }, async () => {
    const snippets = pages.flatMap(snippetsOf);
    expect(snippets.length).toBeGreaterThan(0);
    expect(await typeErrorsOf(snippets)).toEqual([]);
  });

  test("names only commands, options, scripts and scenarios that exist", () => {
    expect(pages.flatMap((page) => wrongCommandsOf(page, known))).toEqual([]);
  });

  test("has no link that leads nowhere", () => {
    expect(pages.flatMap(brokenLinksOf)).toEqual([]);
  });

  test("names no path that does not exist", () => {
    expect(pages.flatMap(missingPathsOf)).toEqual([]);
  });
});

describe("the check of the documentation", () => {
  test("finds fenced blocks with their lines", () => {
    const page = pageOf("# A", "```ts", "const a = 1;", "```", "text", "```sh", "npm test", "```");
    expect(blocksOf(page)).toEqual([
      { language: "ts", line: 3, code: "const a = 1;" },
      { language: "sh", line: 7, code: "npm test" },
    ]);
  });

  test("refuses a fence that is not closed", () => {
    expect(() => blocksOf(pageOf("```ts", "const a = 1;"))).toThrow("docs/page.md:1");
  });

  test("puts a snippet where its first line says, and joins blocks of one place", () => {
    const page = pageOf(
      ...["```ts", "// stacks/topologies/own.ts", "export const a = 1;", "```"],
      ...["```ts", "const nowhere = 2;", "```"],
      ...["```ts", "// stacks/topologies/own.ts", "export const b = a;", "```"],
    );
    const places = snippetsOf(page).map(({ place, lines }) => [
      place,
      lines.map(({ pageLine }) => pageLine),
    ]);
    expect(places).toEqual([
      ["stacks/topologies/own.ts", [2, 3, 9, 10]],
      ["scenarios/line-6.ts", [6]],
    ]);
  });

  test("tells the page's line of a type error", { timeout: 120_000 }, async () => {
    const page = pageOf(
      "text",
      "```ts",
      "// scenarios/own.scenario.ts",
      'import { scenario } from "../chaos/scenario.ts";',
      'export const own = scenario("A sentence.", { trials: "ten" });',
      "```",
    );
    const [error = "", ...more] = await typeErrorsOf(snippetsOf(page));
    expect(more.filter((line) => line.startsWith("docs/"))).toEqual([]);
    expect(error).toMatch(/^docs\/page\.md:5 \(scenarios\/own\.scenario\.ts\): error TS/);
  });

  test(
    "lets snippets of a page import each other and the project",
    { timeout: 120_000 },
    async () => {
      const page = pageOf(
        ...["```ts", "// scenarios/a.ts", 'import { b } from "../stacks/b.ts";', "b();", "```"],
        ...["```ts", "// stacks/b.ts", 'import { networkOf } from "./ipv4.ts";'],
        ...['export const b = () => networkOf("198.18.7.0/24");', "```"],
      );
      expect(await typeErrorsOf(snippetsOf(page))).toEqual([]);
    },
  );

  test.each([
    ["a verb", "npx evenkeel explode", 'no verb "explode"'],
    ["an option", "npx evenkeel run backend-killed --retries 3", "no option --retries"],
    ["a scenario", "npx evenkeel run moon-killed --trials 3", 'no scenario "moon-killed"'],
    ["a scenario to plan", "npx evenkeel plan moon-killed --json", 'no scenario "moon-killed"'],
    ["a script", "npm run launch", 'no script "launch"'],
  ])("finds %s that does not exist", (_, line, wrong) => {
    expect(wrongCommandsOf(pageOf("```sh", line, "```"), known)).toEqual([
      expect.stringContaining(wrong),
    ]);
  });

  test.each([
    "npx evenkeel run backend-killed --trials 3 --seed 7",
    "npx evenkeel run <id> --control",
    "npx evenkeel list --json   # as data",
    "npm run --silent setup -- --for test",
    "curl --unix-socket /run/evenkeel/admin.sock http://balancer/pools",
  ])("accepts %s", (line) => {
    expect(wrongCommandsOf(pageOf("```sh", line, "```"), known)).toEqual([]);
  });

  test("knows a scenario that the page itself writes", () => {
    const page = pageOf(
      ...["```ts", "// scenarios/own.scenario.ts", "```"],
      ...["```sh", "npx evenkeel run own", "```"],
    );
    expect(wrongCommandsOf(page, known)).toEqual([]);
  });

  test("finds links and headings that do not exist", () => {
    const page = pageOf(
      "# Right here",
      "[a](../README.md) [b](../READYOU.md) [c](#right-here) [d](#not-here)",
      "[e](https://example.net/x)",
    );
    expect(brokenLinksOf(page)).toEqual([
      "docs/page.md: the link ../READYOU.md leads nowhere",
      "docs/page.md: #not-here: that page has no such heading",
    ]);
  });

  test("finds paths that do not exist, and only paths", () => {
    const page = pageOf(
      "`balancer/main.ts` `balancer/` `balancer/wheels.ts` `evenkeel.run/1` `chaos/<x>.ts`",
      "`runs/1/run.json` `/run/evenkeel/x.json` `wheels/main.ts`",
    );
    expect(missingPathsOf(page)).toEqual([
      "docs/page.md: there is no balancer/wheels.ts",
      "docs/page.md: there is no wheels/main.ts",
    ]);
  });
});

function pageOf(...lines: readonly string[]): Page {
  return { path: "docs/page.md", text: lines.join("\n") };
}
