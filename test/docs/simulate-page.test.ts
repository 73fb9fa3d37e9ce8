import { expect, test } from "vitest";
import { z } from "zod";
import { modelSchema } from "../../chaos/simulation/model.ts";
import { PRESET_NAMES } from "../../chaos/simulation/presets.ts";
import { codeWordsOf, documentation } from "./page.ts";

const page = documentation().find(({ path }) => path === "docs/simulate.md");
const words = codeWordsOf(page ?? { path: "", text: "" });

test("the page on simulation tells every preset", () => {
  expect(PRESET_NAMES.filter((name) => !words.includes(name))).toEqual([]);
});

test("the page on simulation tells every field of a model, and every kind", () => {
  const told = new Set(words.flatMap((word) => word.split(/[.[\]]+/)));
  const names = namesOf(z.toJSONSchema(modelSchema, { io: "input", unrepresentable: "any" }));
  expect(names).toEqual(expect.arrayContaining(["arrivals", "hearsEvery", "pareto", "withdrawn"]));
  expect(names.filter((name) => name !== "kind" && !told.has(name))).toEqual([]);
});

/** Names of fields, and values that tell kinds apart, anywhere in a JSON Schema. */
function namesOf(schema: unknown): string[] {
  if (schema === null || typeof schema !== "object") return [];
  if (Array.isArray(schema)) return schema.flatMap(namesOf);
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === "properties")
      return [...Object.keys(value as object), ...namesOf(Object.values(value as object))];
    if (key === "const") return [String(value)];
    return namesOf(value);
  });
}
