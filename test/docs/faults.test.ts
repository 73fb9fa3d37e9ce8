import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { codeWordsOf, documentation } from "./page.ts";

/** Exported functions that make faults, or steps of them. */
function makersOf(source: string): readonly string[] {
  return source
    .split(/^export function /m)
    .slice(1)
    .filter((text) => /^.*\): (?:Fault|readonly FaultStep\[\]) \{$/m.test(text))
    .map((text) => /^\w+/.exec(text)?.[0] ?? "");
}

/** What others are made with. */
const INTERNAL = ["operate", "faultOnNode", "faultOnProcess"];

test("every fault, and whatever makes several of them, stands on the page of scenarios", () => {
  const page = documentation().find(({ path }) => path === "docs/write-a-scenario.md");
  if (page === undefined) throw new Error("There is no docs/write-a-scenario.md.");
  const folder = join(PROJECT_ROOT, "chaos", "faults");
  const makers = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => makersOf(readFileSync(join(folder, file), "utf8")))
    .filter((name) => !INTERNAL.includes(name));
  expect(makers.length).toBeGreaterThan(30);
  expect(makers).toContain("someOf");
  expect(makers).toContain("rollingRestart");
  const words = codeWordsOf(page).join(" ");
  expect(makers.filter((name) => !new RegExp(`\\b${name}\\b`).test(words))).toEqual([]);
});

test("a fault that is not told would be missed", () => {
  const source = `import type { Fault } from "./fault.ts";

export function newFault(
  target: Target,
): Fault {
  return made({ of: target });
}

export function countOf(fault: Fault): number {
  return 1;
}

export function steps<T>(things: readonly T[]): readonly FaultStep[] {
  return [];
}
`;
  expect(makersOf(source)).toEqual(["newFault", "steps"]);
});
