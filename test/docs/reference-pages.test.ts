import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { configJsonSchema, EVENT_TYPES, POLICY_NAMES } from "../../balancer/index.ts";
import { EXIT } from "../../chaos/exit-code.ts";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { codeWordsOf, documentation, type Page } from "./page.ts";
import { unnamedFolders } from "./references.ts";

/** A field of the configuration as the JSON Schema has it. */
interface Field {
  readonly path: string;
  /** Undefined when there is none. */
  readonly default: unknown;
}

const configuration = pageOf("docs/configuration.md");

test("every field of the configuration stands in a table with its default, and no other one", () => {
  const [, fields = ""] = /^## Fields$(.*)^## Admin API$/ms.exec(configuration.text) ?? [];
  const rows = rowsOf({ ...configuration, text: fields });
  const expected = new Map(
    fieldsOf(configJsonSchema()).map((field) => [field.path, textOf(field.default)]),
  );
  expect(new Map(rows)).toEqual(expected);
});

test("a field that is added to the schema would be missed", () => {
  const schema = { type: "object", properties: { a: { properties: { b: { default: 3 } } } } };
  expect(fieldsOf(schema)).toEqual([{ path: "a.b", default: 3 }]);
});

test("every selection policy stands in a table", () => {
  const rows = rowsOf(configuration).map(([name]) => name);
  expect(POLICY_NAMES.filter((name) => !rows.includes(name))).toEqual([]);
});

test("every event type is told", () => {
  const words = codeWordsOf(configuration);
  expect(EVENT_TYPES.filter((type) => !words.includes(type))).toEqual([]);
});

test("every reason of a refusal stands in a table with its status", () => {
  const source = readFileSync(join(PROJECT_ROOT, "balancer/protocol/refusal.ts"), "utf8");
  const table = /const STATUS_OF = \{(.*?)\} as const/s.exec(source)?.[1] ?? "";
  const reasons = [...table.matchAll(/^ {2}"?([a-z-]+)"?: (\d{3}),$/gm)].map(
    ([, reason = "", status = ""]): [string, string] => [reason, status],
  );
  expect(reasons.length).toBeGreaterThan(20);
  const rows = rowsOf(pageOf("docs/life-of-a-request.md"));
  expect(
    reasons.filter(([reason, status]) => !rows.some(([r, s]) => r === reason && s === status)),
  ).toEqual([]);
});

test("every exit code stands in a table", () => {
  const rows = rowsOf(pageOf("docs/life-of-an-experiment.md")).map(([code]) => code);
  expect(Object.values(EXIT).filter((code) => !rows.includes(String(code)))).toEqual([]);
});

test("every folder of sources is named on the page that says what is here", () => {
  const tracked = execFileSync("git", ["-C", PROJECT_ROOT, "ls-files", "--", "*.ts"], {
    encoding: "utf8",
  });
  const sources = tracked.split("\n").filter((file) => file !== "" && !file.startsWith("test/"));
  expect(unnamedFolders(pageOf("docs/whats-here.md"), sources)).toEqual([]);
});

function pageOf(path: string): Page {
  const page = documentation().find((one) => one.path === path);
  if (page === undefined) throw new Error(`There is no ${path}.`);
  return page;
}

/** First two cells of every row of a page's tables whose first cell is one word of code. */
function rowsOf(page: Page): [string, string][] {
  return [...page.text.matchAll(/^\| `([^`|]+)` *\| ([^|]*?) *\|/gm)].map(
    ([, first = "", second = ""]) => [first, second.replaceAll("`", "").trim()],
  );
}

/** Every field of a JSON Schema that has no fields of its own. */
function fieldsOf(schema: unknown, path = ""): Field[] {
  const { properties, items, anyOf, oneOf, ...own } = schema as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly items?: unknown;
    readonly anyOf?: readonly unknown[];
    readonly oneOf?: readonly unknown[];
    readonly default?: unknown;
  };
  const below = [
    ...Object.entries(properties ?? {}).flatMap(([name, field]) =>
      fieldsOf(field, path === "" ? name : `${path}.${name}`),
    ),
    ...[...(anyOf ?? []), ...(oneOf ?? [])].flatMap((one) => fieldsOf(one, path)),
  ];
  const inside = items === undefined ? [] : fieldsOf(items, `${path}[]`);
  // A list of plain values is one field; what has fields of its own is none.
  if (inside.some((field) => field.path !== `${path}[]`)) below.push(...inside);
  const plain = below.every((field) => field.path === path);
  const found = plain ? [{ path, default: own.default }] : below;
  return found.filter((field, index) => found.findIndex((f) => f.path === field.path) === index);
}

/** A default as a table shows it. */
function textOf(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
