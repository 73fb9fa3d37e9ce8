import { beforeAll, expect, test } from "vitest";
import { newComparisonRecord } from "../../../../chaos/comparison/new-record.ts";
import { planOf } from "../../../../chaos/comparison/plan.ts";
import type { ComparisonRecord } from "../../../../chaos/comparison/record.ts";
import { renderComparisonCsv } from "../../../../chaos/comparison/report/csv.ts";
import { renderComparisonHtml } from "../../../../chaos/comparison/report/html.ts";
import { FORMATS, type Format } from "../../../../chaos/comparison/report/numbers.ts";
import { numberAt } from "../../../../chaos/report/reference.ts";
import { renderComparisonTerminal } from "../../../../chaos/comparison/report/terminal.ts";
import { cellId } from "../../../../chaos/comparison/simulate-cells.ts";
import { around, runsOf } from "../runs.ts";

let record: ComparisonRecord;
let page: string;

beforeAll(() => {
  const plan = planOf({
    policies: ["random", "least-connections", "peak-ewma:decay=2s"],
    faults: ["kill", "flapping"],
    metric: "failed",
    seed: 42,
  });
  const shares = [around(0.3), around(0.31), around(0.1), around(0.1)];
  const cells = new Map(
    plan.faults.flatMap(({ id }) =>
      plan.policies.map(
        (policy, index) => [cellId({ fault: id, policy }), runsOf(shares[index] ?? [])] as const,
      ),
    ),
  );
  const live = {
    runs: new Map([[cellId({ fault: "kill", policy: "random" }), runsOf([0.4])]]),
    summary: {
      budgetMs: 120_000,
      spentMs: 90_000,
      trials: 1,
      failed: [{ fault: "kill", policy: "random", reason: "no <steady> state" }],
      left: [{ what: "recovery", reason: "cold caches" }],
    },
  };
  const about = { at: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)), command: "npx evenkeel compare" };
  record = newComparisonRecord(plan, cells, live, about);
  page = renderComparisonHtml(record);
});

test("the record names itself, its seed, and what so many policies need", () => {
  expect(record).toMatchObject({
    schema: "evenkeel.comparison/1",
    id: "20260102T030405Z-compare-42",
    seed: 42,
    repetitions: 12,
    leastRepetitions: 7,
    overall: { policy: "least-connections", bestIn: 2, faults: 2 },
  });
  expect(record.live?.medianDelta).toBeCloseTo(0.1, 1);
});

test("every number on the page is the record's, as its format writes it", () => {
  const shown = [...page.matchAll(/data-ref="([^"]+)" data-as="([^"]+)">([^<]*)</g)].map(
    ([, pointer = "", format = "", text = ""]) => ({ pointer, format, text }),
  );
  expect(shown.length).toBeGreaterThan(500);
  for (const { pointer, format, text } of shown) {
    const value = numberAt(record, pointer);
    const wanted = format === "none" ? "–" : FORMATS[format as Format](value ?? Number.NaN);
    expect([pointer, text.replaceAll("&lt;", "<")]).toEqual([pointer, wanted]);
  }
  expect(shown.filter(({ format }) => format === "none")).toEqual([]);
});

test("every cell of the heat map leads to its runs, and every address is there once", () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const wanted = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id = ""]) => id);
  expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids).toContain("flapping--peak-ewma:decay=2s");
});

test("the page needs no network, and text from outside is escaped", () => {
  expect(page).not.toMatch(/(?:src|href)="(?!#)/);
  expect(page).not.toContain("no <steady>");
  expect(page).toContain("no &lt;steady&gt; state");
});

test("the terminal shows the matrix, the ranks and what was live", () => {
  const text = renderComparisonTerminal(record, { colour: false });
  expect(text).toMatch(/^least-connections is the simplest policy .* under 2 of 2 faults\.\n/);
  expect(text).toMatch(/\nrandom +31\.00\s% #4 live +31\.00\s% #4\n/);
  expect(text).toContain("\nleast-connections is the simplest of those that cope best;");
  expect(text).toMatch(
    /\n1 +least-connections +10\.00\s% .* −20\.00 \[−20\.00, −20\.00\] .*▼ better\n/,
  );
  expect(text).toMatch(/\nnot measured: random, kill: no <steady> state\n/);
  expect(text).toMatch(/\nagain: npx evenkeel compare\n$/);
  expect(text).not.toContain("\u001b");
  expect(renderComparisonTerminal(record, { colour: true })).toContain("\u001b[1m");
});

test("the page has a line for each live cell, beside its simulation", () => {
  const [, body = ""] = /<table class="lives">.*?<tbody>(.*?)<\/tbody>/s.exec(page) ?? [];
  const cells = [...body.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell = ""]) =>
    cell.replaceAll(/<[^>]+>/g, "").trim(),
  );
  const { live } = record.faults[0]?.cells[1] ?? {};
  expect(cells).toEqual([
    ...["kill", "random", "1", "40.00\u00a0%", "31.00\u00a0%"],
    FORMATS["share-difference"](live?.delta ?? Number.NaN),
    FORMATS["p-value"](live?.pValue ?? Number.NaN),
  ]);
});

test("the labels of an axis stand evenly, each at its line", () => {
  for (const [, axis = ""] of page.matchAll(/<th class="spread">(.*?)<\/th>/gs)) {
    expect(new Set(axis.match(/text-anchor="\w+"/g))).toEqual(new Set(['text-anchor="middle"']));
    const places = [...axis.matchAll(/ x="([\d.]+)"/g)].map(([, x]) => Number(x));
    const steps = places.slice(1).map((place, at) => place - (places[at] ?? 0));
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? 0, 6);
    expect(places[0]).toBeGreaterThanOrEqual(20);
    expect(places.at(-1)).toBeLessThanOrEqual(220);
  }
});

test("the CSV has a line for each run, simulated and live", () => {
  const lines = renderComparisonCsv(record).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + 2 * 4 * 12 + 1);
  expect(lines[0]).toMatch(/^fault,policy,measured,repetition,seed,requests,failed_share,/);
  expect(lines.filter((line) => line.startsWith("kill,random,live,0,100,1000,0.4,"))).toHaveLength(
    1,
  );
});
