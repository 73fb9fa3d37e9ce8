import { describe, expect, test } from "vitest";
import { renderJunit } from "../../../chaos/report/junit.ts";
import type { RunRecord } from "../../../chaos/report/record.ts";
import { FIXTURES, passingRun } from "./fixture.ts";

const recordOf = (name: string): RunRecord => {
  const make = FIXTURES[name];
  if (make === undefined) throw new RangeError(`There is no fixture "${name}".`);
  return make().record;
};
const count = (xml: string, pattern: RegExp): number => [...xml.matchAll(pattern)].length;

describe.each(Object.keys(FIXTURES))("the JUnit report of a run: %s", (name) => {
  const record = recordOf(name);
  const xml = renderJunit(record);

  test("has one case for each objective and one for the run, and counts them", () => {
    expect(count(xml, /<testcase /g)).toBe(record.objectives.length + 1);
    expect(xml).toContain(` tests="${record.objectives.length + 1}" `);
    expect(xml).toContain(` failures="${count(xml, /<failure /g)}" `);
    expect(xml).toContain(` errors="${count(xml, /<error /g)}" `);
  });

  test("has a problem unless the run passed", () => {
    const problems = count(xml, /<(failure|error) /g);
    expect(problems > 0).toBe(record.verdict !== "pass");
  });

  test("closes what it opens", () => {
    const open: string[] = [];
    for (const [, end, tag = "", empty] of xml.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (end === "/") expect(open.pop()).toBe(tag);
      else if (empty !== "/") open.push(tag);
    }
    expect(open).toEqual([]);
  });
});

test("its trials are those that were planned, not those that measure spoilt ones again", () => {
  const { record } = passingRun();
  const [first] = record.trials;
  if (first === undefined) throw new RangeError("The fixture has no trial.");
  const trials = [...record.trials, { ...first, index: record.trials.length, repeats: 0 }];
  expect(renderJunit({ ...record, trials })).toContain(
    `name="trials" value="${record.trials.length} of ${record.trialsPlanned}"`,
  );
});

test("an objective that was missed is a failure with its message", () => {
  const record = recordOf("failed control");
  const missed = record.objectives.filter(({ verdict }) => verdict === "fail");
  const xml = renderJunit(record);
  expect(missed.length).toBeGreaterThan(0);
  expect(count(xml, /<failure type="fail" message="[^"]+"\/>/g)).toBe(missed.length);
  expect(xml).toContain('name="vip-moves-control"');
});

test("an objective without an answer is an error, never a pass", () => {
  const { record } = passingRun();
  const [first, ...others] = record.objectives;
  if (first === undefined) throw new RangeError("The fixture has no objective.");
  const unknown = { ...first, verdict: "inconclusive", message: "1 sample, wanted 3" } as const;
  const xml = renderJunit({
    ...record,
    verdict: "inconclusive",
    objectives: [unknown, ...others],
  });
  expect(xml).toContain('<error type="inconclusive" message="1 sample, wanted 3"/>');
  expect(xml).toContain(' errors="1" ');
});

test.each(["invalid", "aborted"])("a run that is %s is an error with its reasons", (name) => {
  const record = recordOf(name);
  const [, message = ""] =
    new RegExp(`<error type="${record.verdict}" message="([^"]*)"`).exec(renderJunit(record)) ?? [];
  expect(message.length).toBeGreaterThan(0);
  expect(record.reasons.length).toBeGreaterThan(0);
  for (const reason of record.reasons) {
    expect(message).toContain(reason.slice(0, 20).replaceAll('"', "&quot;"));
  }
});

test("a run without objectives, which proves nothing, is an error", () => {
  const { record } = passingRun();
  const xml = renderJunit({ ...record, verdict: "inconclusive", objectives: [] });
  expect(xml).toContain('<error type="inconclusive"');
  expect(xml).toContain(' tests="1" ');
});

test("a run that has not ended has not passed", () => {
  const { record } = passingRun();
  const xml = renderJunit({ ...record, status: "running", verdict: null, durationMs: null });
  expect(xml).toContain('<error type="not judged"');
  expect(xml).toContain(' time="0.000"');
});

test("what the record says cannot become markup, or a character that XML forbids", () => {
  const { record } = passingRun();
  const sentence = `</testsuite>"&'\u0000\u001b[31m`;
  const xml = renderJunit({ ...record, scenario: { ...record.scenario, sentence } });
  expect(xml).toContain("&lt;/testsuite&gt;&quot;&amp;&#39;");
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  expect(count(xml, /<\/testsuite>/g)).toBe(1);
});
