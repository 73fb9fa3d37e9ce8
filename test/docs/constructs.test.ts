import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { codeWordsOf, documentation } from "./page.ts";

/** Props of constructs that users meet, by their interface. */
function propsOf(source: string): readonly { readonly of: string; readonly names: string[] }[] {
  const interfaces = source.matchAll(/^export interface (\w+Props)\b.*?^\}/gms);
  return [...interfaces].map(([text, of = ""]) => ({
    of,
    names: [...text.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = ""]) => name),
  }));
}

/** What only our own parts are given. */
const INTERNAL = [
  "BalancerNodeProps",
  "NodeContainerProps",
  "DockerResourcesProps",
  "ContainerProps",
];

test("every prop of every construct stands on the page of constructs", () => {
  const page = documentation().find(({ path }) => path === "docs/constructs.md");
  if (page === undefined) throw new Error("There is no docs/constructs.md.");
  const folder = join(PROJECT_ROOT, "stacks", "constructs");
  const props = readdirSync(folder)
    .flatMap((file) => propsOf(readFileSync(join(folder, file), "utf8")))
    .filter(({ of }) => !INTERNAL.includes(of));
  expect(props.flatMap(({ names }) => names).length).toBeGreaterThan(40);
  const words = codeWordsOf(page).join(" ");
  const missing = props.flatMap(({ of, names }) =>
    names.filter((name) => !new RegExp(`\\b${name}\\b`).test(words)).map((name) => `${of}.${name}`),
  );
  expect(missing).toEqual([]);
});

test("a prop that is not told would be missed", () => {
  const source = "export interface NewProps {\n  /** It. */\n  readonly told?: string;\n}\n";
  expect(propsOf(source)).toEqual([{ of: "NewProps", names: ["told"] }]);
});
