import { expect, test } from "vitest";
import { renderTerminal } from "../../../../chaos/simulation/report/terminal.ts";
import { comparisonOf, comparisonWithOneBadRun } from "./fixture.ts";

const PLAIN = { colour: false, width: 100 };
const comparison = comparisonOf();

test("the table has a row a policy with what was simulated, and the difference to the first", () => {
  const text = renderTerminal(comparison, PLAIN);
  const [head, runs, , titles, first, second] = text.split("\n");
  expect(head).toBe("a-model  One of four backends <fails>, others work.");
  expect(runs).toBe("medians of 2 runs of 2,000 requests, seed 42");
  expect(titles).toMatch(
    /^policy +success +mean +p50 +p99 +p99\.9 +max\/mean +peak +p99 less that of round-robin$/,
  );
  const success = Math.floor((comparison.policies[0]?.successShare ?? 0) * 1e5) / 1e3;
  expect(first).toMatch(new RegExp(`^round-robin +${success.toFixed(3)} % .* –$`));
  expect(second).toMatch(/^least-connections .* ms$/);
  expect(text).toMatch(/\nagain: npx evenkeel simulate a-model --seed 42\n$/);
});

test("a success that is not whole is never rounded up to it", () => {
  const [first] = comparison.policies;
  if (first === undefined) throw new Error("The comparison has no policy.");
  const almost = { ...comparison, policies: [{ ...first, successShare: 0.999_999_9 }] };
  expect(renderTerminal(almost, PLAIN)).toContain("99.999 %");
});

test("marks of waiting stand in the order of their sizes over a scale, within the width", () => {
  const lines = renderTerminal(comparison, { ...PLAIN, width: 60 }).split("\n");
  const from = lines.findIndex((line) => line.startsWith("How long clients waited"));
  for (const line of lines.slice(from + 1, from + 3)) {
    const [p50, p99] = [line.indexOf("●"), line.indexOf("◆")];
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThan(p50);
    expect(line.length).toBeLessThanOrEqual(60);
  }
  expect(lines[from + 3]).toMatch(/^ +\d+.ms/);
});

test("failures over time are empty before something happens, and shown only when there are any", () => {
  const lines = renderTerminal(comparison, PLAIN).split("\n");
  const from = lines.findIndex((line) => line.startsWith("Failed requests over time"));
  // A quarter of two seconds passes before the backend fails, 15 of 60 windows.
  expect(lines[from + 1]).toMatch(/^round-robin {8}(?: {13,17})[▁-█]+$/);
  expect(renderTerminal(comparisonOf({ changes: [] }), PLAIN)).not.toContain("Failed requests");
});

test("failures of fewer than half of the runs are shown too", () => {
  const text = renderTerminal(comparisonWithOneBadRun(), PLAIN);
  expect(text).toMatch(/\nrandom +100\.000 % /);
  expect(text).toMatch(/\nFailed requests over time, .*\nrandom +[▁-█][▁-█ ]*\n/);
});

test("a single run is called one, and one policy has nothing to be compared with", () => {
  const text = renderTerminal(comparisonOf({}, ["random"], 1), PLAIN);
  expect(text).toContain("\n1 run of 2,000 requests, seed 42\n");
  expect(text).not.toContain("less that of");
});

test("colour only makes bold and dim, and adds nothing else", () => {
  const coloured = renderTerminal(comparison, { ...PLAIN, colour: true });
  // oxlint-disable-next-line no-control-regex -- the escapes are what is looked for
  expect(coloured.replaceAll(/\u001b\[[012]m/g, "")).toBe(renderTerminal(comparison, PLAIN));
});

test("what could not be measured is a dash", () => {
  const text = renderTerminal(comparisonOf({ requests: 50 }), PLAIN);
  expect(text).toMatch(/\nround-robin(\s+\S+\s(%|ms)){3} +– +– /);
});
