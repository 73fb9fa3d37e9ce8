import { describe, expect, it } from "vitest";
import { csvOf } from "../../../chaos/report/csv.ts";
import { renderTrialsCsv } from "../../../chaos/report/trials-csv.ts";
import { abortedRun, emptyRun, passingRun, spoiltRun } from "./fixture.ts";
import { runWithLoads } from "./run-with-loads.ts";

/** The lines of a file without quoted cells, each by the names of its header. */
function rowsOf(csv: string): Record<string, string>[] {
  const [header = "", ...lines] = csv.split("\r\n").slice(0, -1);
  const names = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? "(missing)"]));
  });
}

describe("the trials as comma-separated values", () => {
  it("are one line each: seed, verdict, phases and objectives as the record has them", () => {
    const { record } = passingRun(42, 3);
    const rows = rowsOf(renderTrialsCsv(record));
    expect(rows).toHaveLength(3);
    const expected = record.trials.map((trial) => ({
      trial: String(trial.index),
      repeats_trial: "",
      seed: String(trial.seed),
      verdict: "pass",
      spoilt: "false",
      heartbeat: "advert",
      wanted_phase_ms: String(trial.phase.wantedMs),
      achieved_phase_ms: String(trial.phase.achieved.value),
      injected_at_ms: "0",
      recovered_at_ms: String(trial.marks.recovered.atMs),
      detection_ms: String(trial.phases.detection.value),
      client_ms: String(trial.phases.client.value),
      outage_ms: String(trial.outage.value),
      objective_outage_ms: String(trial.objectives["outage"]?.measured.value),
      objective_outage_verdict: "pass",
      reasons: "",
    }));
    expect(rows).toMatchObject(expected);
  });

  it("tell of each load beside the main one, and of the rule that ended a trial", () => {
    const record = runWithLoads();
    const [row] = rowsOf(renderTrialsCsv(record));
    const [trial] = record.trials;
    expect(row).toMatchObject({
      aborted_by: "a trial took longer than 5 ms",
      load_kept_sent: String(trial?.probes.sent),
      load_kept_failed_during: String(trial?.probes.failedDuring),
      load_kept_prober_lag_p99_ms: "",
      load_streams_prober_lag_p99_ms: String(trial?.quality?.lagP99Ms),
    });
    const [none] = rowsOf(renderTrialsCsv(passingRun(42, 1).record));
    expect(none).toMatchObject({ aborted_by: "" });
    expect(Object.keys(none ?? {}).filter((name) => name.startsWith("load_"))).toEqual([]);
  });

  it("leave empty what is not known, and say which trial was measured again", () => {
    const { record } = spoiltRun();
    const [again] = record.trials.filter(({ repeats }) => repeats !== null);
    const rows = rowsOf(renderTrialsCsv(record));
    expect(rows[again?.index ?? -1]).toMatchObject({ repeats_trial: String(again?.repeats) });
    const [unknown] = record.trials.filter(({ phase }) => phase.achieved.value === null);
    expect(rows[unknown?.index ?? -1]).toMatchObject({ achieved_phase_ms: "" });
  });

  it("of a run without trials are the header", () => {
    expect(renderTrialsCsv(emptyRun().record).split("\r\n")).toHaveLength(2);
  });

  it("have as many cells in every line as in the header, units in the names", () => {
    const { record } = abortedRun();
    const trials = record.trials.map((trial) => ({ ...trial, reasons: [] }));
    const csv = renderTrialsCsv({ ...record, trials });
    const counts = csv
      .split("\r\n")
      .slice(0, -1)
      .map((line) => line.split(",").length);
    expect(new Set(counts).size).toBe(1);
    const [header = ""] = csv.split("\r\n");
    expect(header).toContain(
      "trial,repeats_trial,seed,verdict,spoilt,aborted_by,target,heartbeat,period_ms,",
    );
  });
});

describe("a line of comma-separated values", () => {
  it.each([
    ["a comma", "a,b", '"a,b"\r\n'],
    ["a quote", 'say "no"', '"say ""no"""\r\n'],
    ["a line feed", "one\ntwo", '"one\ntwo"\r\n'],
    ["nothing", null, "\r\n"],
    ["a number", -1.5, "-1.5\r\n"],
  ])("quotes what needs it: %s", (_, value, line) => {
    expect(csvOf([[value]])).toBe(line);
  });
});
