import { expect, test } from "vitest";
import { renderCsv } from "../../../../chaos/simulation/report/csv.ts";
import { comparisonOf } from "./fixture.ts";

test("one line a run after the header, every line with all columns", () => {
  const comparison = comparisonOf();
  const lines = renderCsv(comparison).split("\r\n");
  expect(lines.pop()).toBe("");
  const [header = "", ...rows] = lines.map((line) => line.split(","));
  expect(rows).toHaveLength(4);
  for (const row of rows) expect(row).toHaveLength(header.length);
  const column = (name: string) => rows.map((row) => row[header.indexOf(name)]);
  expect(column("policy")).toEqual([
    "round-robin",
    "round-robin",
    "least-connections",
    "least-connections",
  ]);
  expect(column("repetition")).toEqual(["0", "1", "0", "1"]);
  const runs = comparison.policies.flatMap(({ runs }) => runs);
  expect(column("p99_ms")).toEqual(runs.map(({ waiting }) => String(waiting.p99Ms)));
  expect(column("errors")).toEqual(runs.map(({ failed }) => String(failed.errors)));
});

test("what is not known stays empty, and text is quoted where it must be", () => {
  const text = renderCsv({ ...comparisonOf({ requests: 50 }), name: 'mine, "new"' });
  const [, first = ""] = text.split("\r\n");
  expect(first).toMatch(/^"mine, ""new""",round-robin,0,/);
  expect(first).toContain(",,");
});
