import { describe, expect, it } from "vitest";
import {
  compareRuns,
  type RunComparison,
} from "../../../../chaos/report/comparison/compare-runs.ts";
import { renderRunComparisonHtml } from "../../../../chaos/report/comparison/html.ts";
import { renderRunComparisonMarkdown } from "../../../../chaos/report/comparison/markdown.ts";
import { renderRunComparisonTerminal } from "../../../../chaos/report/comparison/terminal.ts";
import type { RunRecord } from "../../../../chaos/report/record.ts";
import type { LoadedRun } from "../../../../chaos/report/run-folder.ts";
import { failedControl, passingRun } from "../fixture.ts";
import { auditNumbers } from "../numbers-in-html.ts";

/** The same run with every outage and client phase so much longer. */
function slower({ record }: LoadedRun, byMs: number): RunRecord {
  const longer = <T extends { readonly value: number | null }>(measured: T): T =>
    measured.value === null ? measured : { ...measured, value: measured.value + byMs };
  return {
    ...record,
    trials: record.trials.map((trial) => ({
      ...trial,
      outage: longer(trial.outage),
      phases: { ...trial.phases, client: longer(trial.phases.client) },
    })),
  };
}

const measureIn = ({ measures }: RunComparison, id: string, kind = "phase") =>
  measures.find((measure) => measure.id === id && measure.kind === kind);

/** The comparison in the place of a run, for the audit of a report's numbers. */
function auditOf(comparison: RunComparison) {
  const { fingerprint } = comparison.first;
  const document = { ...comparison, fingerprint } as unknown as RunRecord;
  return auditNumbers(renderRunComparisonHtml(comparison), {
    record: document,
    events: [],
    probes: [],
    notes: [],
  });
}

describe("two runs of a scenario", () => {
  it("of which one is slower throughout differ clearly, there and nowhere else", () => {
    const comparison = compareRuns(passingRun(1).record, slower(passingRun(2), 200));
    const client = measureIn(comparison, "client");
    expect(client?.finding).toBe("higher");
    expect(client?.difference?.shift).toBeGreaterThan(190);
    expect(client?.difference?.low).toBeGreaterThan(150);
    expect(client?.difference?.high).toBeLessThan(250);
    expect(measureIn(comparison, "detection")?.finding).toBe("not clear");
    expect(comparison.conclusion).toContain("The second run is higher in: Outage; client phase.");
    const other = compareRuns(slower(passingRun(2), 200), passingRun(1).record);
    expect(measureIn(other, "client")?.finding).toBe("lower");
  });

  it("differ by so much more or less: a difference and both ends of its interval have their sign", () => {
    const comparison = compareRuns(passingRun(1).record, slower(passingRun(2), 200));
    const client = / client phase: higher\n.*\n.*\n +difference +(.*)\n/;
    const [, said = ""] =
      client.exec(renderRunComparisonTerminal(comparison, { width: 100, colour: false })) ?? [];
    expect(said).toMatch(/^\+[\d.]+\sms \[\+[\d.]+\sms, \+[\d.]+\sms\]$/);
    const page = renderRunComparisonHtml(comparison)
      .replaceAll(/<[^>]+>/g, "")
      .replaceAll(/\s+/g, " ");
    const [shift = "", interval = ""] = said.split(" [");
    const [low = "", high = ""] = interval.replaceAll(/\sms|\]/g, "").split(", ");
    expect(page).toContain(`${shift.replace(/\s/, " ")} ${low} to ${high} ms higher`);
  });

  it("have the summaries of their records", () => {
    const [first, second] = [passingRun(1).record, passingRun(2, 7).record];
    const comparison = compareRuns(first, second);
    const detection = measureIn(comparison, "detection");
    const { supportsQuantile: _, medianInterval: __, ...expected } = first.phases.detection ?? {};
    expect(detection?.first.summary).toMatchObject(
      Object.fromEntries(
        Object.entries(expected).map(([key, value]) => [key, expect.closeTo(Number(value), 6)]),
      ),
    );
    expect(detection?.second.summary?.n).toBe(7);
    expect(measureIn(comparison, "outage", "objective")?.second.verdict).toBe("pass");
  });

  it("tell nothing of differences when there are too few trials, and say how many it takes", () => {
    const comparison = compareRuns(passingRun(1, 3).record, slower(passingRun(2, 4), 500));
    expect(new Set(comparison.measures.map(({ finding }) => finding))).toEqual(
      new Set(["too few"]),
    );
    expect(comparison.measures.map(({ difference }) => difference)).not.toContainEqual(
      expect.anything(),
    );
    expect(comparison.conclusion).toBe(
      "There are too few trials to tell any difference: it takes 4 in each run, or 3 and 5.",
    );
    expect(renderRunComparisonTerminal(comparison, { colour: false, width: 100 })).toContain(
      "client phase: too few trials to tell",
    );
  });

  it("do not count a trial that is invalid", () => {
    const { record } = passingRun(2);
    const trials = record.trials.map((trial, index) =>
      index === 0 ? { ...trial, verdict: "invalid" as const } : trial,
    );
    const comparison = compareRuns(passingRun(1).record, { ...record, trials });
    expect(measureIn(comparison, "client")?.second.values).toHaveLength(9);
  });

  it("say what was not the same: seed, machine, programs, topology", () => {
    const { record } = passingRun(2);
    const { fingerprint, topology } = record;
    const comparison = compareRuns(passingRun(1).record, {
      ...record,
      fingerprint: {
        ...fingerprint,
        kernel: "6.19.0",
        programs: { ...fingerprint.programs, keepalived: "2.3.0", haproxy: "3.0" },
      },
      topology: { ...topology, subnet: "198.18.8.0/24" },
    });
    expect(comparison.settings.map(({ name }) => name)).toEqual([
      "seed",
      "kernel",
      "keepalived",
      "haproxy",
    ]);
    expect(comparison.topology).toEqual(['subnet: first "198.18.7.0/24", second "198.18.8.0/24"']);
    const markdown = renderRunComparisonMarkdown(comparison);
    expect(markdown).toContain("| keepalived | 2.2.7 | 2.3.0 |");
    expect(markdown).toContain("| haproxy | – | 3.0 |");
  });

  it("are refused when they are one run, or run different things, with the next step", () => {
    const { record } = passingRun();
    expect(() => compareRuns(record, record)).toThrow(/^Both are the run .*evenkeel replay/);
    const { record: other } = failedControl();
    expect(() => compareRuns(record, other)).toThrow(
      /the control of .* without .*: what differs between them says nothing about either\. Name two runs of one scenario/,
    );
  });
});

describe("the page of two runs", () => {
  it("has a source for every number", () => {
    const comparison = compareRuns(passingRun(1).record, slower(passingRun(2), 200));
    const { problems, checked } = auditOf(comparison);
    expect(problems).toEqual([]);
    expect(checked).toBeGreaterThan(50);
  });

  it("has one too with too few trials, reasons, and nothing in common", () => {
    const failed: RunRecord = {
      ...passingRun(2, 2).record,
      verdict: "fail",
      reasons: ["7 failed"],
    };
    expect(auditOf(compareRuns(passingRun(1).record, failed)).problems).toEqual([]);
    const none: RunRecord = { ...failed, trials: [], objectives: [] };
    const empty = compareRuns({ ...none, id: "another" }, none);
    expect(empty.conclusion).toBe("The runs measured nothing in common.");
    expect(auditOf(empty).problems).toEqual([]);
  });

  it("takes words of records for words", () => {
    const hostile = '</title><script>alert("x")</script>';
    const { record } = passingRun(2);
    const scenario = { ...record.scenario, sentence: hostile };
    const page = renderRunComparisonHtml(
      compareRuns({ ...passingRun(1).record, scenario }, { ...record, scenario, command: hostile }),
    );
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;");
  });
});
