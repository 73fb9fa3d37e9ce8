import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunRecord } from "../../../chaos/report/record.ts";
import {
  appendEvents,
  appendProbes,
  closeUnfinished,
  createRun,
  readRun,
  runId,
  updateRun,
  type LoadedRun,
} from "../../../chaos/report/run-folder.ts";
import { writeReports } from "../../../chaos/report/write-reports.ts";
import { record } from "../load/fake-program.ts";
import { abortedRun, emptyRun, passingRun } from "./fixture.ts";

let root = "";

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "evenkeel-run-folder-"));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** Writes a whole run as the runner does: trial after trial. */
async function written(run: LoadedRun): Promise<string> {
  const dir = join(root, run.record.id);
  await createRun(dir, { ...run.record, status: "running", trials: [] });
  for (const { index } of run.record.trials) {
    const ofTrial = <T extends { readonly trial: number }>(all: readonly T[]): readonly T[] =>
      all.filter((one) => one.trial === index);
    await appendEvents(dir, index, ofTrial(run.events));
    await appendProbes(dir, index, ofTrial(run.probes));
  }
  await updateRun(dir, run.record);
  return dir;
}

describe("a run folder", () => {
  it("gives back what was written, from the folder and from its run.json", async () => {
    const run = passingRun();
    const dir = await written(run);
    expect(await readRun(dir)).toEqual(run);
    expect(await readRun(join(dir, "run.json"))).toEqual(run);
    expect((await readdir(dir)).toSorted()).toEqual([
      "events.ndjson",
      "probes.ndjson.gz",
      "run.json",
    ]);
  });

  it("keeps the probes of further loads with their ids, after those of the main one", async () => {
    const run = passingRun();
    const dir = join(root, run.record.id);
    await createRun(dir, run.record);
    const [first, second, third] = [record(1n), record(2n, "reset"), record(3n)];
    await appendProbes(dir, 0, [first], { carts: [second], kept: [] });
    await appendProbes(dir, 1, [], { kept: [third] });
    await appendProbes(dir, 2, [], { kept: [] });
    expect((await readRun(dir)).probes).toEqual([
      { trial: 0, ...first },
      { trial: 0, load: "carts", ...second },
      { trial: 1, load: "kept", ...third },
    ]);
  });

  it("is named after the time, the scenario and the seed", () => {
    expect(runId("vip-moves", 42, new Date("2026-01-02T03:04:05.678Z"))).toBe(
      "20260102T030405Z-vip-moves-42",
    );
  });

  it("is never overwritten by another run", async () => {
    const dir = await written(emptyRun());
    await expect(createRun(dir, passingRun().record)).rejects.toMatchObject({
      code: "run_folder_exists",
    });
    expect((await readRun(dir)).record).toEqual(emptyRun().record);
  });

  it("without trials has no streams and lacks none", async () => {
    const loaded = await readRun(await written(emptyRun()));
    expect(loaded).toMatchObject({ events: [], probes: [], notes: [] });
  });

  it("says what is missing when a stream was not copied along", async () => {
    const dir = await written(passingRun());
    await rm(join(dir, "events.ndjson"));
    const { notes, events } = await readRun(dir);
    expect(events).toEqual([]);
    expect(notes).toEqual(["events.ndjson is not in the folder: lanes are left out."]);
  });

  it("gets its reports written into it", async () => {
    const dir = await written(passingRun());
    const { html, markdown } = await writeReports(dir);
    expect(await readFile(html, "utf8")).toMatch(/^<!doctype html>/);
    expect(await readFile(markdown, "utf8")).toMatch(/^## ✓ passed/);
    expect((await readdir(dir)).toSorted()).toEqual(
      expect.arrayContaining(["junit.xml", "report.html", "report.md", "trials.csv"]),
    );
  });
});

describe("a damaged run folder", () => {
  it("that holds no run.json is not a run folder", async () => {
    await expect(readRun(root)).rejects.toMatchObject({
      code: "run_folder_missing",
      message: expect.stringMatching(/is not a run folder.*Name a folder below runs\//),
    });
  });

  it("with a record cut short is refused with the file and the next step", async () => {
    const dir = await written(passingRun());
    await truncate(join(dir, "run.json"), 1000);
    await expect(readRun(dir)).rejects.toMatchObject({
      code: "run_record_unreadable",
      message: expect.stringMatching(
        /run\.json .* 1000 bytes are not complete JSON.*Copy the file again/,
      ),
    });
  });

  it("of another schema is refused with both schemas", async () => {
    const dir = await written(passingRun());
    await writeFile(join(dir, "run.json"), JSON.stringify({ schema: "evenkeel.run/9" }));
    await expect(readRun(dir)).rejects.toMatchObject({
      code: "run_record_other_schema",
      message: expect.stringMatching(
        /"evenkeel.run\/9".*"evenkeel.run\/4".*the version that wrote it/,
      ),
    });
  });

  it("whose record lacks a part is refused with the part", async () => {
    const dir = await written(passingRun());
    const { trials: _, ...rest } = passingRun().record;
    await writeFile(join(dir, "run.json"), JSON.stringify(rest));
    await expect(readRun(dir)).rejects.toMatchObject({
      code: "run_record_malformed",
      message: expect.stringMatching(/trials/),
    });
  });

  it.each([
    ["events.ndjson", "run_events_unreadable"],
    ["probes.ndjson.gz", "run_probes_unreadable"],
  ])("with %s cut short is refused", async (file, code) => {
    const dir = await written(passingRun());
    const { length } = await readFile(join(dir, file));
    await truncate(join(dir, file), length - 40);
    await expect(readRun(dir)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`${file}.*cut off.*Copy the file again`)),
    });
  });

  it("of a run that ended early whose probes are no archive is read without them, with a note", async () => {
    const run = abortedRun();
    const dir = await written(run);
    await writeFile(join(dir, "probes.ndjson.gz"), "no archive");
    const loaded = await readRun(dir);
    expect(loaded.events).toEqual(run.events);
    expect(loaded.probes).toEqual([]);
    expect(loaded.notes).toEqual([expect.stringMatching(/probes\.ndjson\.gz.*damaged/)]);
  });

  it("that cannot be read or written says which file, and what to do", async () => {
    const dir = await written(passingRun());
    await mkdir(join(dir, "report.md"));
    await expect(writeReports(dir)).rejects.toMatchObject({
      code: "run_reports_unwritable",
      message: expect.stringMatching(/cannot be written to .*EISDIR.*--markdown or --json/),
    });
    await rm(join(dir, "run.json"));
    await mkdir(join(dir, "run.json"));
    await expect(readRun(dir)).rejects.toMatchObject({
      code: "run_file_unreadable",
      message: expect.stringMatching(/run\.json cannot be read: EISDIR/),
    });
  });

  it("of a run that ended early is read as far as it goes, with a note", async () => {
    const run = abortedRun();
    const dir = await written(run);
    await appendFile(join(dir, "events.ndjson"), '{"trial":3,"sche');
    const { length } = await readFile(join(dir, "probes.ndjson.gz"));
    await truncate(join(dir, "probes.ndjson.gz"), length - 40);
    const loaded = await readRun(dir);
    expect(loaded.events).toEqual(run.events);
    expect(loaded.probes.length).toBeGreaterThan(run.probes.length / 2);
    expect(loaded.probes).toEqual(run.probes.slice(0, loaded.probes.length));
    expect(loaded.notes).toHaveLength(2);
  });
});

describe("runs left unfinished", () => {
  const running = (record: RunRecord, pid: number): RunRecord => ({
    ...record,
    status: "running",
    verdict: null,
    exitCode: null,
    runnerPid: pid,
  });

  it("are closed as aborted when their runner is gone, and only then", async () => {
    const { record } = abortedRun();
    await createRun(join(root, "a-dead"), running(record, 11));
    await createRun(join(root, "b-alive"), running(record, 22));
    await createRun(join(root, "c-finished"), record);
    await writeFile(join(root, "notes.txt"), "not a run");
    await symlink(join(root, "long-gone"), join(root, "latest"));

    const closed = await closeUnfinished(root, (pid) => pid === 22);

    expect(closed).toEqual([{ id: record.id, dir: join(root, "a-dead") }]);
    expect((await readRun(join(root, "a-dead"))).record).toMatchObject({
      status: "finished",
      verdict: "aborted",
      exitCode: 130,
      reasons: [...record.reasons, "the runner died"],
    });
    expect((await readRun(join(root, "b-alive"))).record.status).toBe("running");
    expect(await closeUnfinished(root, (pid) => pid === 22)).toEqual([]);
  });

  it("are told apart by the process table", async () => {
    const { record } = abortedRun();
    await createRun(join(root, "mine"), running(record, process.pid));
    // Above the largest process id that the kernel gives out (PID_MAX_LIMIT, 2^22).
    await createRun(join(root, "nobody"), running(record, 4_194_305));
    expect((await closeUnfinished(root)).map(({ dir }) => dir)).toEqual([join(root, "nobody")]);
  });

  it("are none where there is no folder yet", async () => {
    expect(await closeUnfinished(join(root, "absent"))).toEqual([]);
  });
});
