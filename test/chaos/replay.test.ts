import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runExperiment } from "../../chaos/experiment.ts";
import { outageWithin } from "../../chaos/objectives/objectives.ts";
import { changedSince, replayOf } from "../../chaos/replay.ts";
import type { RunRecord } from "../../chaos/report/record.ts";
import type { Scenario } from "../../chaos/scenario.ts";
import { BEAT_MS, FakeEnvironment } from "./fake-environment.ts";
import { FAKE_WINDOW, fakeScenario } from "./fake-scenario.ts";
import { passingRun } from "./report/fixture.ts";

const CODE = { commit: "4f43cb2", clean: true };

let runs: string;
let world: FakeEnvironment;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "evenkeel-replay-"));
  world = new FakeEnvironment();
});
afterEach(() => rmSync(runs, { recursive: true }));

function scenarioOf(): Scenario {
  return fakeScenario(world, {
    heartbeat: {
      of: "advert",
      periodMs: BEAT_MS,
      silenced: true,
      isBeat: ({ type }) => type === "vrrp.advert",
    },
    predictions: [FAKE_WINDOW],
    objectives: [outageWithin({ window: FAKE_WINDOW, slackMs: 1_000 })],
    trials: 3,
    control: { without: "anything", change: { predictions: [] }, mustFail: ["outage"] },
  });
}

async function recordOf(
  scenario: Scenario,
  how: { readonly trials: number; readonly seed: number; readonly control: boolean },
): Promise<RunRecord> {
  rmSync(runs, { recursive: true });
  const { record } = await runExperiment({
    ...how,
    scenario,
    id: "fake",
    runsDirectory: runs,
    command: "npx evenkeel run fake",
    signal: new AbortController().signal,
    environment: () => world,
    cpuTicks: world.cpuTicks,
    takeTurn: async () => ({ [Symbol.asyncDispose]: async () => undefined }),
    onProgress: () => undefined,
  });
  return record;
}

const scheduleOf = ({ trials }: RunRecord) =>
  trials.map(({ seed, phase }) => ({ seed, wantedMs: phase.wantedMs }));

describe("a replay", () => {
  test("has the seeds and the wanted phases of the run that it repeats", async () => {
    const first = await recordOf(scenarioOf(), { trials: 3, seed: 42, control: false });
    const replay = replayOf(first);
    expect(replay).toEqual({
      trials: 3,
      seed: 42,
      control: false,
      environment: "namespace",
    });
    expect(scheduleOf(first).filter(({ wantedMs }) => wantedMs === null)).toEqual([]);
    expect(scheduleOf(await recordOf(scenarioOf(), replay))).toEqual(scheduleOf(first));
    const other = await recordOf(scenarioOf(), { ...replay, seed: 43 });
    expect(scheduleOf(other)).not.toEqual(scheduleOf(first));
  });

  test("of a control is the control, of what ran in Docker is in Docker, on the same topology", async () => {
    const { record } = passingRun();
    expect(
      replayOf({
        ...record,
        trials: [],
        trialsPlanned: 4,
        scenario: { ...record.scenario, controlWithout: "keepalived" },
        fingerprint: { ...record.fingerprint, environment: "docker" },
        command: "npx evenkeel run vip --environment docker --topology active-passive --control",
      }),
    ).toEqual({
      trials: 4,
      seed: 42,
      control: true,
      environment: "docker",
      topology: "active-passive",
    });
  });

  test("is refused when this version would draw another schedule", () => {
    expect(() => replayOf(passingRun().record)).toThrow(
      /^Trial 0 of .* had the seed \d+, and this version draws \d+ for it.*Replay it with the version/,
    );
  });
});

describe("what is not as it was recorded", () => {
  const recorded = async (control = false): Promise<RunRecord> => {
    const record = await recordOf(scenarioOf(), { trials: 1, seed: 1, control });
    const plain = JSON.parse(JSON.stringify(record)) as RunRecord;
    return { ...plain, fingerprint: { ...plain.fingerprint, ...CODE } };
  };

  test("is nothing, for a run and for a control, when nothing changed", async () => {
    expect(changedSince(await recorded(), scenarioOf(), CODE)).toEqual([]);
    expect(changedSince(await recorded(true), scenarioOf(), CODE)).toEqual([]);
  });

  test("is told of the code: another commit, and trees that nobody can compare", async () => {
    const record = await recorded();
    expect(changedSince(record, scenarioOf(), { commit: "abc", clean: false })).toEqual([
      "The code differs: recorded at commit 4f43cb2, now commit abc with uncommitted changes.",
    ]);
    expect(changedSince(record, scenarioOf(), { ...CODE, clean: false })).toEqual([
      "The code may differ: recorded at commit 4f43cb2, now commit 4f43cb2 with uncommitted changes.",
    ]);
    const unknown = { commit: null, clean: null };
    const nowhere = { ...record, fingerprint: { ...record.fingerprint, ...unknown } };
    expect(changedSince(nowhere, scenarioOf(), unknown)).toEqual([
      "The code may differ: recorded at an unknown commit, now an unknown commit.",
    ]);
  });

  test("is told of topology, load and predictions, with both values", async () => {
    const changed = scenarioOf();
    const [lines = ""] = changedSince(
      await recorded(),
      {
        ...changed,
        topology: { ...changed.topology, id: "other" },
        load: { ...changed.load, ratePerSecond: 250 },
        predictions: [{ ...FAKE_WINDOW, ceilingMs: 50 }],
      },
      CODE,
    );
    expect(lines.split("\n  ")).toEqual([
      "The scenario differs:",
      'topology.id: recorded "active-passive", now "other"',
      "load.ratePerSecond: recorded 500, now 250",
      "predictions.0.ceilingMs: recorded 40, now 50",
    ]);
  });
});
