import { beforeAll, describe, expect, test } from "vitest";
import { analyseCell, type MeasuredCell } from "../../../chaos/failover/analyse.ts";
import { newFailoverRecord } from "../../../chaos/failover/new-record.ts";
import type { FailoverRecord } from "../../../chaos/failover/record.ts";
import { renderFailoverHtml } from "../../../chaos/failover/report/html.ts";
import { renderFailoverMarkdown } from "../../../chaos/failover/report/markdown.ts";
import { renderFailoverTerminal } from "../../../chaos/failover/report/terminal.ts";
import type { RunRecord, TrialRecord } from "../../../chaos/report/record.ts";
import { invalidRun, passingRun } from "../report/fixture.ts";
import { expectNumbersOf, expectSourceOfEachNumber } from "../report/referenced-numbers.ts";

const AT = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
const PLAN = {
  at: AT,
  command: "npx evenkeel failover --seed 42",
  seed: 42,
  trials: 10,
  timers: { advertIntervalMs: 100, priorities: [250, 240] },
} as const;

function measured(id: string, record: RunRecord, change: Partial<MeasuredCell["cell"]> = {}) {
  const window = record.predictions[0] ?? null;
  return {
    cell: {
      id,
      title: id,
      explanation: "<What> happens.",
      predicted: {
        outage: window,
        marks: window === null ? {} : { detected: window, recovered: window },
        without: "",
      },
      scenario: { observeMs: 2_000 },
      ...change,
    },
    record,
    paths: { record: `../${id}/run.json`, report: `../${id}/report.html` },
  } satisfies MeasuredCell;
}

/** A run none of whose trials saw an end of the outage. */
function endless(): RunRecord {
  const { record } = passingRun(5, 3);
  const trials = record.trials.map((trial): TrialRecord => ({
    ...trial,
    marks: { ...trial.marks, recovered: { atMs: null, reason: "not recovered" } },
    outage: { value: null, reason: "not recovered" },
  }));
  return { ...record, trials, predictions: [], phaseFit: null };
}

const HUNG = {
  predicted: { outage: null, marks: {}, without: "none: VRRP alone does not see it" },
} as const;

let record: FailoverRecord;
let page: string;
beforeAll(() => {
  record = newFailoverRecord(PLAN, [
    measured("silent-kill", passingRun(42, 10).record),
    measured("late", invalidRun().record),
    measured("hung-service", endless(), HUNG),
  ]);
  page = renderFailoverHtml(record);
});

test("requests that failed before the steady state are none of a cell's, those open at the fault are", () => {
  const { record: run } = passingRun(3, 3);
  const failed = (failedInFlight: number) => {
    const trials = run.trials.map((trial): TrialRecord => ({
      ...trial,
      probes: { ...trial.probes, failedBefore: 2, failedInFlight },
    }));
    return analyseCell(measured("kill", { ...run, trials })).probes.failed;
  };
  const since = run.trials.reduce(
    (sum, { probes }) => sum + probes.failedDuring + probes.failedAfter,
    0,
  );
  expect(since).toBeGreaterThan(0);
  expect(failed(0)).toBe(since);
  expect(failed(1)).toBe(since + run.trials.length);
});

test("every form of it says which cells are missing, and why", () => {
  const reason = "it needs another topology: vrrp.preempt";
  const left = [{ id: "failback", title: "failback", reason }];
  const partial = newFailoverRecord(
    { ...PLAN, left },
    [measured("kill", passingRun(1, 3).record)],
    ["pause"],
  );
  for (const render of [renderFailoverHtml, renderFailoverMarkdown, renderFailoverTerminal]) {
    // Numbers in HTML stand in elements of their own.
    const text = render(partial).replaceAll(/<[^>]+>/g, "");
    expect(text).toContain("Stopped before: pause.");
    expect(text).toContain(`Not possible here: failback; ${reason}.`);
    expect(render(record)).not.toContain("Not possible here");
  }
});

describe("the numbers of a cell", () => {
  test("percentiles go only as far as so many trials support", () => {
    const quantiles = (trials: number) =>
      analyseCell(measured("kill", passingRun(1, trials).record)).percentiles.map(({ q }) => q);
    expect(quantiles(5)).toEqual([0.5]);
    expect(quantiles(10)).toEqual([0.5]);
    expect(quantiles(14)).toEqual([0.5, 0.75, 0.8]);
    expect(quantiles(29)).toEqual([0.5, 0.75, 0.8, 0.9]);
  });

  test("a trial that cannot be trusted is listed and in no number", () => {
    const { record: run } = passingRun(1, 6);
    const trials = run.trials.map((trial, index): TrialRecord =>
      index === 0
        ? { ...trial, verdict: "invalid", outage: { value: 9_999 }, reasons: ["late"] }
        : trial,
    );
    const cell = analyseCell(measured("kill", { ...run, trials }));
    expect(cell).toMatchObject({ counted: 5, notCounted: 1, notOver: 0 });
    expect(cell.outage?.max).toBeLessThan(9_999);
    expect(cell.trials[0]).toMatchObject({ counts: false, outageMs: 9_999, reasons: ["late"] });
    expect(cell.marks.map(({ summary }) => summary?.n)).toEqual([5, 5, 5, 5, 5]);
  });

  test("every mark from P2 to P6 stands beside its window where there is one", () => {
    const marks = record.cells[0]?.marks ?? [];
    expect(marks.map(({ name }) => name)).toEqual([
      "impact",
      "detected",
      "elected",
      "moved",
      "recovered",
    ]);
    expect(marks.map(({ predicted }) => predicted?.meanMs ?? null)).toEqual([
      null,
      256.25,
      null,
      null,
      256.25,
    ]);
  });

  test("the median has an interval from 6 trials on", () => {
    const interval = (trials: number) =>
      analyseCell(measured("kill", passingRun(1, trials).record)).outage?.medianInterval ?? null;
    expect(interval(5)).toBeNull();
    const { low = 0, high = 0 } = interval(10) ?? {};
    expect(high).toBeGreaterThan(low);
  });

  test("an outage without an end has no percentile, and is at least as long as was observed", () => {
    const cell = record.cells[2];
    expect(cell).toMatchObject({ outage: null, notOver: 3, counted: 3, percentiles: [] });
    expect(cell?.trials.map(({ atLeastMs }) => atLeastMs)).toEqual([2_000, 2_000, 2_000]);
  });
});

describe("the record", () => {
  test("names itself, its runs, and the worst verdict", () => {
    expect(record).toMatchObject({
      schema: "evenkeel.failover/1",
      id: "20260102T030405Z-failover-42",
      verdict: "invalid",
      exitCode: 2,
      promised: { lowMs: 1_000, highMs: 5_000 },
    });
    expect(record.cells[0]?.run).toMatchObject({
      record: "../silent-kill/run.json",
      report: "../silent-kill/report.html",
    });
  });

  test("a report that was stopped is aborted, whatever its cells say", () => {
    const stopped = newFailoverRecord(
      PLAN,
      [measured("kill", passingRun(1, 3).record)],
      ["failback"],
    );
    expect(stopped).toMatchObject({ verdict: "aborted", exitCode: 130, notRun: ["failback"] });
    expect(renderFailoverMarkdown(stopped)).toContain("Stopped before: failback.");
  });

  test("a report of nothing is no pass", () => {
    expect(newFailoverRecord(PLAN, []).verdict).toBe("inconclusive");
  });

  test("the same runs give the same record and pages", () => {
    const again = newFailoverRecord(PLAN, [
      measured("silent-kill", passingRun(42, 10).record),
      measured("late", invalidRun().record),
      measured("hung-service", endless(), HUNG),
    ]);
    expect(again).toEqual(record);
    expect(renderFailoverHtml(again)).toBe(page);
  });
});

describe("the pages", () => {
  test("every number on the page is the record's, as its format writes it", () => {
    expectNumbersOf(record, page, 150);
  });

  test("no number stands on the page without its source", () => {
    expectSourceOfEachNumber(page);
  });

  test("the page needs nothing from elsewhere and escapes what the record says", () => {
    expect(page).not.toMatch(/<(?:script|link|img)\b/);
    expect(page).not.toContain("<What>");
    expect(page).toContain("&lt;What&gt; happens.");
    expect(page).toContain("@page { size: A4");
  });

  test("what VRRP does not see is said plainly everywhere", () => {
    const said = "Not over by itself: hung-service; predicted none: VRRP alone does not see it.";
    expect(page).toContain(said);
    expect(renderFailoverMarkdown(record)).toContain(said);
    expect(renderFailoverTerminal(record)).toContain(said);
    expect(page).toContain("not over when observation ended");
  });

  test("each cell of the Markdown has its table of phases and the way to its run", () => {
    const text = renderFailoverMarkdown(record);
    expect(text.match(/^\| P3 peer decides to take over \|/gm)).toHaveLength(3);
    expect(text).toContain("[The run's own report](../silent-kill/report.html)");
  });

  test("failed requests are those of trials that count, a dash without any", () => {
    const rows = renderFailoverMarkdown(record).split("\n");
    expect(rows.find((row) => row.startsWith("| late |"))).toContain("| – | 0 (");
    expect(renderFailoverTerminal(record)).not.toContain("0 of 0");
    expect(page.replaceAll(/<[^>]+>/g, "")).not.toMatch(/\b0 of\s+0\b/);
  });

  test("a promise kept by the trials that count is not said of those left out", () => {
    const { record: run } = passingRun(1, 6);
    const trials = run.trials.map((trial, index): TrialRecord =>
      index === 0 ? { ...trial, verdict: "invalid" } : trial,
    );
    const some = newFailoverRecord(PLAN, [measured("kill", { ...run, trials })]);
    const text = renderFailoverMarkdown(some);
    expect(text).toContain("Shorter than the promised 1 to 5 s in every trial that counts: kill.");
    expect(text).toContain("faster than promised, in every trial that counts\n");
  });

  test("the outage beside the promise is put in words", () => {
    expect(page).toMatch(/faster than promised, in every trial</);
    expect(page).toContain("not over while it was observed: outside of any promise");
  });
});
