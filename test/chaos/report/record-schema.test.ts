import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { runRecordJsonSchema, runRecordSchema } from "../../../chaos/report/record-schema.ts";
import type { RunRecord } from "../../../chaos/report/record.ts";
import { readRun } from "../../../chaos/report/run-folder.ts";
import { PROJECT_ROOT } from "../../../chaos/setup/paths.ts";
import {
  abortedRun,
  backendKilled,
  emptyRun,
  failedControl,
  invalidRun,
  passingRun,
  spoiltRun,
  storeStalled,
} from "./fixture.ts";
import { runWithLoads } from "./run-with-loads.ts";

const RECORDS: readonly (readonly [string, RunRecord])[] = [
  ["that passed", passingRun().record],
  ["with several loads", runWithLoads()],
  ["with spoilt trials", spoiltRun().record],
  ["of a control", failedControl().record],
  ["that is invalid", invalidRun().record],
  ["that was aborted", abortedRun().record],
  ["without trials", emptyRun().record],
  ["without a heartbeat", backendKilled().record],
  ["of a fault that is healed", storeStalled().record],
  ["of several faults at once", ofSeveralFaults(passingRun().record)],
];

function ofSeveralFaults(record: RunRecord): RunRecord {
  const parts = ["lb-a", "web-1"].map((target) => ({ kind: "silent-kill", target }));
  const trials = record.trials.map((trial) => ({
    ...trial,
    faults: trial.faults.map((fault) => ({ ...fault, kind: "together", parts })),
  }));
  return { ...record, trials };
}

async function published(): Promise<z.core.JSONSchema.JSONSchema> {
  const path = join(PROJECT_ROOT, "docs/schema/run.schema.json");
  return JSON.parse(await readFile(path, "utf8")) as z.core.JSONSchema.JSONSchema;
}

/** As it is on disk. */
function asJson(record: RunRecord): Record<string, unknown> {
  return JSON.parse(JSON.stringify(record)) as Record<string, unknown>;
}

describe("the schema of records", () => {
  it("is published as it is in the code: evenkeel report --schema > docs/schema/run.schema.json", async () => {
    expect(await published()).toEqual(JSON.parse(JSON.stringify(runRecordJsonSchema())));
  });

  it.each(RECORDS)("knows every field of a run %s", (_, record) => {
    expect(runRecordSchema.parse(asJson(record))).toEqual(asJson(record));
  });

  it.each(RECORDS)("as it is published accepts a run %s", async (_, record) => {
    const { success, error } = z.fromJSONSchema(await published()).safeParse(asJson(record));
    expect([success, error?.issues]).toEqual([true, undefined]);
  });

  it("as it is published refuses what has another schema, a field too few, or another type", async () => {
    const schema = z.fromJSONSchema(await published());
    const record = asJson(passingRun(42, 1).record);
    const { seed: _, ...seedless } = record;
    const wrong = [{ ...record, schema: "evenkeel.run/1" }, seedless, { ...record, trials: [{}] }];
    expect(wrong.map((one) => schema.safeParse(one).success)).toEqual([false, false, false]);
  });

  it.each(Object.keys(passingRun().record))("requires %s", (key) => {
    const { [key]: _, ...without } = asJson(passingRun(42, 1).record);
    expect(runRecordSchema.safeParse(without).success).toBe(false);
  });
});

describe("a record that is none", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "evenkeel-record-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("is refused with every place at once, what stands there and the next step", async () => {
    const { trials, ...record } = passingRun(42, 1).record;
    const [trial] = trials;
    const broken = {
      ...record,
      seed: "42",
      verdict: "perhaps",
      trials: [{ ...trial, marks: { ...trial?.marks, moved: 7 }, outage: { value: "long" } }],
    };
    await writeFile(join(folder, "run.json"), JSON.stringify(broken));
    const refusal = await readRun(folder).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "run_record_malformed" });
    const lines = String(refusal).split("\n");
    expect(lines[0]).toContain("run.json is not a whole run record, 4 problems:");
    expect(lines.slice(1, -1).toSorted()).toEqual([
      expect.stringMatching(/^ {2}seed: .*\(found "42"\)$/),
      "  trials[0].marks.moved: is neither a time with who saw it nor null with a reason (found 7)",
      '  trials[0].outage: is neither a number as value nor null with a reason (found {"value":"long"})',
      expect.stringMatching(/^ {2}verdict: .*"pass"\|"fail".*\(found "perhaps"\)$/),
    ]);
    expect(lines.at(-1)).toContain("Copy the file again from where the run was made");
  });

  it("may have fields that this version does not know", async () => {
    const record = { ...asJson(passingRun(42, 1).record), weather: "fair" };
    await writeFile(join(folder, "run.json"), JSON.stringify(record));
    expect((await readRun(folder)).record).toEqual(record);
  });
});
