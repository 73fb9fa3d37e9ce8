import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkScenario, runExperiment, type ExperimentOptions } from "../../chaos/experiment.ts";
import { killNode } from "../../chaos/faults/kill-node.ts";
import { node } from "../../chaos/faults/target.ts";
import { longerThan, moreFailedThan } from "../../chaos/abort/rules.ts";
import type { Fault } from "../../chaos/faults/fault.ts";
import type { JournalLine } from "../../chaos/faults/undo-journal.ts";
import { failedAtMost, outageWithin } from "../../chaos/objectives/objectives.ts";
import { readRun } from "../../chaos/report/run-folder.ts";
import { writeReports } from "../../chaos/report/write-reports.ts";
import type { Scenario } from "../../chaos/scenario.ts";
import type { TrialStage } from "../../chaos/trial.ts";
import { BEAT_MS, fakeFault, FakeEnvironment, type Step } from "./fake-environment.ts";
import { FAKE_WINDOW, fakeScenario } from "./fake-scenario.ts";

let runs: string;
let world: FakeEnvironment;

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "evenkeel-runs-"));
  world = new FakeEnvironment();
});
afterEach(() => rmSync(runs, { recursive: true }));

function scenarioOf(change: Partial<Scenario> = {}): Scenario {
  return fakeScenario(world, change);
}

function run(scenario: Scenario, change: Partial<ExperimentOptions> = {}) {
  return runExperiment({
    scenario,
    id: "fake",
    trials: 1,
    seed: 7,
    runsDirectory: runs,
    control: false,
    command: "npx evenkeel run fake",
    signal: new AbortController().signal,
    environment: () => world,
    // The machine's own turn belongs to runs that are timed.
    cpuTicks: world.cpuTicks,
    takeTurn: async () => ({ [Symbol.asyncDispose]: async () => undefined }),
    onProgress: () => undefined,
    ...change,
  });
}

/** Intents of the journal that are not marked done. */
function notUndone(directory: string): number {
  const lines = readFileSync(join(directory, "journal.ndjson"), "utf8").split("\n").slice(0, -1);
  const parsed = lines.map((line) => JSON.parse(line) as JournalLine);
  const done = new Set(parsed.filter(({ state }) => state === "done").map(({ id }) => id));
  return parsed.filter(({ state, id }) => state === "intent" && !done.has(id)).length;
}

function recordIn(directory: string): { status: string; trials: readonly unknown[] } {
  return JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as never;
}

test("a trial goes through its stages in order, and what was started is ended", async () => {
  const stages: TrialStage[] = [];
  const { record, directory } = await run(scenarioOf(), {
    onProgress: (progress) => progress.kind === "stage" && stages.push(progress.stage),
  });
  expect(record).toMatchObject({ verdict: "pass", exitCode: 0, status: "finished", reasons: [] });
  expect(stages).toEqual(["deploying", "steady state", "fault", "measuring", "ending"]);
  expect(world.log).toEqual([
    "deploy",
    "prepare",
    "spawn",
    "inject",
    "verify",
    "let go",
    "dispose",
  ]);
  expect(world.alive.size).toBe(0);
  expect(notUndone(directory)).toBe(0);
});

test("a fault with a time to heal is healed before the observation ends", async () => {
  const stages: TrialStage[] = [];
  const faults = [{ fault: fakeFault(world), afterMs: 0, forMs: 5 }];
  const { record } = await run(scenarioOf({ faults }), {
    onProgress: (progress) => progress.kind === "stage" && stages.push(progress.stage),
  });
  expect(stages.slice(2)).toEqual(["fault", "healing", "measuring", "ending"]);
  const [fault] = record.trials[0]?.faults ?? [];
  const activeMs = Number(BigInt(fault?.healedNs ?? 0) - BigInt(fault?.injectedNs ?? 0)) / 1e6;
  // A timer may fire within the millisecond before.
  expect(activeMs).toBeGreaterThan(4);
  expect(activeMs).toBeLessThan(10_000);
  expect(world.log.filter((step) => step === "heal")).toHaveLength(1);
});

test("the record is on disk before the first trial and after every one", async () => {
  const seen: unknown[] = [];
  let directory = "";
  const look = (when: string): void => {
    const { status, trials } = recordIn(directory);
    seen.push([when, status, trials.length]);
  };
  world.behaviour.at.deploy = () => look("deploy");
  await run(scenarioOf(), {
    trials: 2,
    onProgress: (progress) => {
      if (progress.kind === "run") directory = progress.directory;
      if (progress.kind === "trial") look("after");
    },
  });
  seen.push(["end", recordIn(directory).status, recordIn(directory).trials.length]);
  expect(seen).toEqual([
    ["deploy", "running", 0],
    ["after", "running", 1],
    ["deploy", "running", 1],
    ["after", "running", 2],
    ["end", "finished", 2],
  ]);
});

describe("whatever goes wrong, everything is healed and ended", () => {
  const steps: Step[] = ["deploy", "prepare", "spawn", "inject", "verify", "heal"];
  test.each(steps)("something throws at %s", async (step) => {
    world.behaviour.at[step] = () => {
      throw new Error(`no ${step} today`);
    };
    const faults = [{ fault: fakeFault(world), afterMs: 0, forMs: 3 }];
    const { record, directory } = await run(scenarioOf({ faults }));
    expect(record).toMatchObject({ verdict: "invalid", exitCode: 2, status: "finished" });
    expect(record.reasons.join()).toContain(`no ${step} today`);
    expect(world.alive.size).toBe(0);
    expect(world.log.includes("dispose")).toBe(step !== "deploy");
    if (world.log.includes("inject")) {
      // Healed while the lab still runs.
      expect(world.log.indexOf("heal")).toBeGreaterThan(world.log.indexOf("inject"));
      expect(world.log.indexOf("heal")).toBeLessThan(world.log.indexOf("dispose"));
    }
    expect(notUndone(directory)).toBe(0);
  });

  test("the steady state never holds", async () => {
    world.behaviour.outageMs = 1e9;
    world.behaviour.at.spawn = () => void (world.injectedNs = process.hrtime.bigint());
    const steadyState = { durationMs: 5, deadlineMs: 500 };
    const { record } = await run(scenarioOf({ steadyState }));
    expect(record.verdict).toBe("invalid");
    expect(record.reasons.join()).toMatch(/did not hold within 500 ms: \d+ timeout/);
    expect(world.log).not.toContain("inject");
    expect(world.alive.size).toBe(0);
  });

  test.each([
    [
      "by stolen CPU while the machine stood still, and is measured again",
      60,
      9_000,
      [true, false],
    ],
    ["although the machine never stood still", 0, 9_000, [false]],
    ["while less CPU was stolen than the machine stood still", 60, 60, [false]],
  ])("the steady state never holds %s", async (_, lateMs, stolenMs, spoilt) => {
    const { behaviour } = world;
    behaviour.at.spawn = (trial) => {
      if (trial > 0) return;
      world.injectedNs = process.hrtime.bigint();
      Object.assign(behaviour, { outageMs: 1e9, lateMs });
    };
    behaviour.at.dispose = () => void Object.assign(behaviour, { outageMs: 10, lateMs: 0 });
    // All of it before the second trial's first reading.
    let readings = 0;
    const cpuTicks = () => ({ total: 1e6, steal: (readings++ > 1 ? stolenMs : 0) / 10 });
    const steadyState = { durationMs: 5, deadlineMs: 500 };
    const { record } = await run(scenarioOf({ steadyState }), { cpuTicks });
    expect(record.trials.map((trial) => trial.spoilt)).toEqual(spoilt);
    expect(record.verdict).toBe(spoilt[0] === true ? "pass" : "invalid");
    expect(record.trials[0]?.stolenMs).toBe(spoilt[0] === true ? stolenMs : null);
    expect(record.trials[0]?.reasons.at(-1)).toMatch(/did not hold within 500 ms/);
  });

  test("the lab is lost while it is measured", async () => {
    world.behaviour.outageMs = 1e9;
    const { record } = await run(scenarioOf({ observeMs: 60_000 }), {
      onProgress: (progress) => {
        if (progress.kind === "stage" && progress.stage === "measuring") {
          world.lost.abort(new Error("the lab host died"));
        }
      },
    });
    expect(record).toMatchObject({ verdict: "invalid", exitCode: 2 });
    expect(record.reasons.join()).toContain("the lab host died");
    expect(world.alive.size).toBe(0);
  });

  const stages: TrialStage[] = [
    "deploying",
    "steady state",
    "fault",
    "healing",
    "measuring",
    "ending",
  ];
  test.each(stages)("the run is stopped at stage %s of its second trial", async (stage) => {
    const stop = new AbortController();
    const faults = [{ fault: fakeFault(world), afterMs: 0, forMs: 3 }];
    const { record, directory } = await run(scenarioOf({ faults }), {
      trials: 3,
      signal: stop.signal,
      onProgress: (progress) => {
        if (progress.kind !== "stage" || progress.trial.index !== 1) return;
        if (progress.stage === stage) stop.abort(new Error("interrupted (a test)"));
      },
    });
    expect(record).toMatchObject({ verdict: "aborted", exitCode: 130, status: "finished" });
    expect(record.trials.map(({ verdict }) => verdict)).toEqual([
      "pass",
      // What was measured to its end is kept.
      stage === "ending" ? "pass" : "aborted",
    ]);
    if (stage !== "ending") {
      expect(record.trials[1]?.reasons).toEqual(["interrupted (a test)"]);
    }
    expect(recordIn(directory).status).toBe("finished");
    expect(world.alive.size).toBe(0);
    expect(notUndone(directory)).toBe(0);
    const count = (step: string): number => world.log.filter((done) => done === step).length;
    expect(count("deploy")).toBe(2);
    expect(count("heal")).toBe(count("inject"));
  });

  test("the run is stopped while it waits for its turn", async () => {
    const stop = new AbortController();
    const { record, directory } = await run(scenarioOf(), {
      signal: stop.signal,
      takeTurn: async (signal, onWait) => {
        onWait?.();
        signal.throwIfAborted();
        throw new Error("It was not stopped.");
      },
      onProgress: ({ kind }) => kind === "waiting" && stop.abort(new Error("interrupted (a test)")),
    });
    expect(record).toMatchObject({ verdict: "aborted", exitCode: 130, status: "finished" });
    expect(record.reasons).toEqual(["it was stopped before its first trial"]);
    expect(world.log).toEqual([]);
    // A run without any trial has a report too.
    const { html } = await writeReports(directory);
    expect(readFileSync(html, "utf8")).toContain("aborted");
  });
});

describe("loads beside the main one", () => {
  const besides = (...ids: readonly string[]): Scenario["alongside"] =>
    ids.map((id, index) => ({
      ...scenarioOf().load,
      id,
      ratePerSecond: 100,
      traffic: index === 0 ? { kind: "session", users: 3 } : { kind: "kept-alive", connections: 2 },
    }));

  test("are sent, ended, told by objectives and kept, each by its id", async () => {
    const seen: unknown[] = [];
    const objective = failedAtMost(1_000);
    const { record, directory } = await run(
      scenarioOf({
        alongside: besides("carts", "kept") ?? [],
        objectives: [
          {
            ...objective,
            measure: (data) => {
              const kinds = Object.entries(data.alongside).map(([id, its]) => [id, its[0]?.class]);
              seen.push(kinds);
              return objective.measure(data);
            },
          },
        ],
      }),
    );
    expect(record).toMatchObject({ verdict: "pass", exitCode: 0 });
    expect(seen).toEqual([
      [
        ["carts", "session"],
        ["kept", "kept-alive"],
      ],
    ]);
    expect(record.alongside).toMatchObject([
      { id: "carts", class: "session", ratePerSecond: 100, otherTargets: [], retries: 0 },
      { id: "kept", class: "kept-alive" },
    ]);
    expect(world.log.filter((step) => step === "spawn")).toHaveLength(3);
    expect(world.alive.size).toBe(0);
    const [trial] = record.trials;
    const { probes } = await readRun(directory);
    const sentBy = (id?: string): number => probes.filter(({ load }) => load === id).length;
    expect(sentBy()).toBe(trial?.probes.sent);
    expect(trial?.alongside.map(({ id, probes: { sent } }) => [id, sent])).toEqual([
      ["carts", sentBy("carts")],
      ["kept", sentBy("kept")],
    ]);
    expect(sentBy("carts")).toBeGreaterThan(0);
    const { html } = await writeReports(directory);
    expect(readFileSync(html, "utf8")).toContain("</html>");
  });

  test("must be trusted like the main one, and the reason names the load", async () => {
    world.behaviour.qualityOf = { session: { dropped: 7 } };
    const { record } = await run(scenarioOf({ alongside: besides("carts", "kept") ?? [] }));
    expect(record).toMatchObject({ verdict: "invalid", exitCode: 2 });
    expect(record.reasons).toEqual([
      expect.stringMatching(/^trial 0 does not count: load carts: 7 probes were due and not sent/),
    ]);
  });

  test("that are late by stolen CPU spoil the trial, which is measured again", async () => {
    world.behaviour.at.deploy = (trial) => {
      world.behaviour.qualityOf = trial === 0 ? { session: { lagP99Ms: 9, lagMaxMs: 20 } } : {};
      world.behaviour.stolenMs = trial === 0 ? 20 : 0;
    };
    const { record } = await run(scenarioOf({ alongside: besides("carts") ?? [] }));
    expect(record.trials.map(({ spoilt, repeats }) => [spoilt, repeats])).toEqual([
      [true, null],
      [false, 0],
    ]);
    expect(record.verdict).toBe("pass");
  });
});

describe("a rule that aborts", () => {
  test("heals, ends the run with what was seen, and says so", async () => {
    world.behaviour.outageMs = 1e9;
    const faults = [{ fault: fakeFault(world), afterMs: 0, forMs: 60_000 }];
    const abort = [moreFailedThan({ count: 10, withinMs: 5_000 })];
    const { record, directory } = await run(scenarioOf({ faults, abort }), { trials: 3 });
    expect(record).toMatchObject({ verdict: "aborted", exitCode: 130, status: "finished" });
    expect(record.abortRules).toEqual(["more than 10 requests failed within 5000 ms"]);
    expect(record.reasons).toEqual([
      expect.stringMatching(
        /^trial 0 was aborted: more than 10 requests failed within 5000 ms: \d+ of \d+ requests failed$/,
      ),
    ]);
    expect(record.trials).toHaveLength(1);
    const [trial] = record.trials;
    expect(trial).toMatchObject({ abortedBy: record.abortRules[0], target: "lb-a" });
    expect(trial?.probes.failedDuring).toBeGreaterThan(10);
    expect(world.log.filter((step) => step === "heal")).toHaveLength(1);
    expect(world.log.indexOf("heal")).toBeLessThan(world.log.indexOf("dispose"));
    expect(world.alive.size).toBe(0);
    expect(notUndone(directory)).toBe(0);
    const { probes, events } = await readRun(directory);
    expect(probes).toHaveLength(trial?.probes.sent ?? -1);
    expect(events.map(({ type }) => type)).toContain("fault.injected");
    const { html } = await writeReports(directory);
    expect(readFileSync(html, "utf8")).toContain("aborted");
    expect(readFileSync(join(directory, "junit.xml"), "utf8")).toContain(
      "more than 10 requests failed",
    );
  });

  test("may do so before the steady state, and leaves nothing behind", async () => {
    world.behaviour.outageMs = 1e9;
    world.behaviour.at.spawn = () => void (world.injectedNs = process.hrtime.bigint());
    const { record, directory } = await run(scenarioOf({ abort: [longerThan(120)] }), {
      trials: 2,
    });
    expect(record).toMatchObject({ verdict: "aborted", exitCode: 130 });
    expect(record.trials).toHaveLength(1);
    expect(record.trials[0]?.marks.injected.atMs).toBeNull();
    expect(world.log).not.toContain("inject");
    expect(world.alive.size).toBe(0);
    expect(notUndone(directory)).toBe(0);
  });

  test("that never says so changes nothing", async () => {
    const abort = [longerThan(600_000), moreFailedThan({ share: 0.99, withinMs: 60_000 })];
    const { record } = await run(scenarioOf({ abort }));
    expect(record).toMatchObject({ verdict: "pass", exitCode: 0, reasons: [] });
    expect(record.trials[0]?.abortedBy).toBeNull();
  });

  test("is one with a blast radius that only the trial can tell to be exceeded", async () => {
    const both = (fault: Fault): Fault => ({
      ...fault,
      takesDown: () => [{ count: 1, of: ["lb-a", "lb-b"] }],
    });
    const faults = [
      { fault: both(fakeFault(world, "lb-a")), afterMs: 0 },
      { fault: both(fakeFault(world, "lb-b")), afterMs: 0 },
    ];
    const { record, directory } = await run(scenarioOf({ faults }), { trials: 2 });
    expect(record).toMatchObject({ verdict: "aborted", exitCode: 130 });
    expect(record.reasons.join()).toMatch(
      /^trial 0 was aborted: blast radius: fake fault of lb-b would take all balancers of balancers down at once \(lb-a, lb-b\)/,
    );
    expect(world.log.filter((step) => step === "inject")).toHaveLength(1);
    expect(notUndone(directory)).toBe(0);
    // What was seen until then is kept, as of any rule.
    const [trial] = record.trials;
    expect(trial).toMatchObject({ abortedBy: "blast radius", target: "lb-a" });
    expect(trial?.marks.injected.atMs).toBe(0);
    expect(trial?.probes.sent).toBeGreaterThan(0);
    const { probes, events } = await readRun(directory);
    expect(probes).toHaveLength(trial?.probes.sent ?? -1);
    expect(events.filter(({ type }) => type === "fault.injected")).toHaveLength(1);
    const blastRadius = { allowTotalLoss: true };
    const allowed = await run(scenarioOf({ faults, blastRadius }), { id: "allowed" });
    expect(allowed.record.verdict).toBe("pass");
  });
});

test("a lab that does not end leaves its fault undone, which is heal-failed, and nothing follows", async () => {
  world.behaviour.at.dispose = () => {
    throw new Error("the lab host does not answer");
  };
  const { record, directory } = await run(scenarioOf(), { trials: 3 });
  expect(record).toMatchObject({ verdict: "heal-failed", exitCode: 4 });
  expect(record.reasons.join()).toContain("journal.ndjson");
  expect(record.reasons.join()).toContain("the lab host does not answer");
  expect(record.trials).toHaveLength(1);
  expect(notUndone(directory)).toBe(1);
});

test("an error while cleaning up never hides the first one", async () => {
  world.behaviour.at.verify = () => {
    world.lost.abort(new Error("first"));
  };
  world.behaviour.at.dispose = () => {
    throw new Error("second");
  };
  const { record } = await run(scenarioOf());
  expect(record.trials[0]?.reasons[0]).toBe("first Then, while cleaning up: second");
});

test("a fault that was not seen to be active makes the run invalid, however well it went", async () => {
  let trial = -1;
  world.behaviour.at.deploy = (index) => void (trial = index);
  world.behaviour.at.verify = () => void (world.behaviour.active = trial !== 3);
  const { record } = await run(scenarioOf(), { trials: 10 });
  expect(record.trials.filter(({ verdict }) => verdict === "pass")).toHaveLength(9);
  expect(record).toMatchObject({ verdict: "invalid", exitCode: 2 });
  expect(record.reasons).toEqual([
    "trial 3 does not count: fake fault of lb-a was not seen to be active: asked the fake",
  ]);
});

test.each([
  [1, "pass"],
  [2, "pass"],
  [3, "invalid"],
])("%s untrusted trials of ten do not count, are told, and make it %s", async (bad, verdict) => {
  world.behaviour.at.deploy = (trial) => {
    world.behaviour.quality = trial < bad ? { dropped: 100 } : {};
  };
  const { record } = await run(scenarioOf(), { trials: 10 });
  expect(record.verdict).toBe(verdict);
  expect(record.reasons).toHaveLength(bad);
  expect(record.reasons[0]).toMatch(/^trial 0 does not count: 100 probes were due and not sent/);
  expect(record.objectives[0]?.samples).toBe(10 - bad);
  expect(record.outage?.n).toBe(10 - bad);
});

const heartbeat: Scenario["heartbeat"] = {
  of: "advert",
  periodMs: BEAT_MS,
  silenced: true,
  isBeat: ({ type }) => type === "vrrp.advert",
};

describe("trials that the machine spoilt", () => {
  const LATE = { lagP99Ms: 9, lagMaxMs: 20 };
  /** Trials of these indices are late, with that much CPU stolen. */
  const late = (isLate: (trial: number) => boolean, stolenMs: number): void => {
    world.behaviour.at.deploy = (trial) => {
      world.behaviour.quality = isLate(trial) ? LATE : {};
      world.behaviour.stolenMs = isLate(trial) ? stolenMs : 0;
    };
  };

  test("are measured again, each in its own phase, and only the repetition counts", async () => {
    late((trial) => trial === 1 || trial === 2, 20);
    const stages: unknown[] = [];
    const { record, directory } = await run(scenarioOf({ heartbeat }), {
      trials: 4,
      onProgress: (progress) =>
        progress.kind === "stage" && progress.stage === "fault" && stages.push(progress.trial),
    });
    expect(record).toMatchObject({ verdict: "pass", exitCode: 0, trialsPlanned: 4 });
    expect(
      record.trials.map(({ index, repeats, spoilt, stolenMs }) => [
        index,
        repeats,
        spoilt,
        stolenMs,
      ]),
    ).toEqual([
      [0, null, false, 0],
      [1, null, true, 20],
      [2, null, true, 20],
      [3, null, false, 0],
      [4, 1, false, 0],
      [5, 2, false, 0],
    ]);
    const wanted = record.trials.map(({ phase }) => phase.wantedMs);
    expect([wanted[4], wanted[5]]).toEqual([wanted[1], wanted[2]]);
    expect(new Set(record.trials.map(({ seed }) => seed)).size).toBe(6);
    expect(stages.at(-1)).toMatchObject({ index: 5, repeats: 2 });
    expect(record.outage?.n).toBe(4);
    expect(record.reasons[0]).toMatch(/^trial 1 does not count and was measured again as trial 4:/);
    // What they saw is kept.
    const { probes } = await readRun(directory);
    expect(new Set(probes.map(({ trial }) => trial))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  test("are measured again when the repetition is spoilt too", async () => {
    late((trial) => trial < 3, 20);
    const { record } = await run(scenarioOf(), { trials: 1 });
    expect(record.trials.map(({ repeats }) => repeats)).toEqual([null, 0, 1, 2]);
    expect(record).toMatchObject({ verdict: "pass", exitCode: 0 });
  });

  test.each([
    [1, 6],
    [6, 6],
    [8, 8],
  ])(
    "of %s trials at most %s are measured again; then they are untrusted",
    async (trials, most) => {
      late(() => true, 20);
      const { record } = await run(scenarioOf(), { trials });
      expect(record.trials).toHaveLength(trials + most);
      expect(record.trials.every(({ spoilt }) => spoilt)).toBe(true);
      expect(record).toMatchObject({ verdict: "invalid", exitCode: 2 });
      expect(record.reasons.filter((reason) => reason.includes("measured again"))).toHaveLength(
        most,
      );
    },
  );

  test("are those whose prober was late, whoever had the processor", async () => {
    late((trial) => trial === 0, 0);
    const { record } = await run(scenarioOf(), { trials: 2 });
    expect(record.trials.map(({ spoilt, repeats }) => [spoilt, repeats])).toEqual([
      [true, null],
      [false, null],
      [false, 0],
    ]);
    expect(record).toMatchObject({ verdict: "pass", exitCode: 0 });
  });

  test("are not those that something else speaks against, and these are not measured again", async () => {
    world.behaviour.at.deploy = () => {
      world.behaviour.quality = { ...LATE, dropped: 100 };
      world.behaviour.stolenMs = 20;
    };
    const { record } = await run(scenarioOf(), { trials: 2 });
    expect(record.trials.map(({ spoilt }) => spoilt)).toEqual([false, false]);
    expect(record.verdict).toBe("invalid");
  });
});

describe("seeds", () => {
  const schedule = async (seed: number) => {
    const { record } = await run(scenarioOf({ heartbeat }), { trials: 4, seed });
    return record.trials.map(({ seed: own, phase }) => ({ own, wantedMs: phase.wantedMs }));
  };

  test("the same seed gives the same schedule, another one another, each spread over the period", async () => {
    const first = await schedule(42);
    rmSync(runs, { recursive: true });
    const again = await schedule(42);
    expect(again).toEqual(first);
    const other = await schedule(43);
    expect(other.map(({ wantedMs }) => wantedMs)).not.toEqual(
      first.map(({ wantedMs }) => wantedMs),
    );
    expect(other.map(({ own }) => own)).not.toEqual(first.map(({ own }) => own));
    for (const trials of [first, other]) {
      const strata = trials.map(({ wantedMs }) => Math.floor(((wantedMs ?? -1) / BEAT_MS) * 4));
      expect(strata.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    }
  });

  test("the fault falls where in the heartbeat it was aimed at", async () => {
    const { record } = await run(scenarioOf({ heartbeat }), { trials: 3 });
    for (const { phase } of record.trials) {
      expect(phase.periodMs).toBe(BEAT_MS);
      // The fake acts late, never early.
      expect(phase.achieved.value).not.toBeNull();
    }
  });

  test("the id of a run tells scenario and seed, and two in one second do not overwrite", async () => {
    const { record } = await run(scenarioOf(), { seed: 5 });
    expect(record.id).toMatch(/^\d{8}T\d{6}Z-fake-5$/);
    expect(record.seed).toBe(5);
    expect(record.command).toBe("npx evenkeel run fake");
  });
});

test("what was recorded can be read and rendered", async () => {
  const { directory } = await run(scenarioOf(), { trials: 2 });
  const { events, probes, notes } = await readRun(directory);
  expect(notes).toEqual([]);
  expect(new Set(probes.map(({ trial }) => trial))).toEqual(new Set([0, 1]));
  expect(events.map(({ type }) => type)).toContain("fault.injected");
  await writeReports(directory);
  expect(readdirSync(directory)).toEqual(expect.arrayContaining(["report.html", "run.json"]));
});

test("the control is the same scenario with its change, and says what is missing", async () => {
  const control = {
    without: "luck",
    change: { objectives: [failedAtMost(0)] },
    mustFail: ["failed-requests"],
  };
  const { record } = await run(scenarioOf({ control }), { control: true });
  expect(record.id).toMatch(/-fake-control-7$/);
  expect(record.scenario.controlWithout).toBe("luck");
  expect(record).toMatchObject({ verdict: "fail", exitCode: 1 });
  expect(record.reasons.join()).toMatch(/failed requests \d+, wanted at most 0.*\d+ timeout/);
});

test("a system that never comes back fails its ceiling by what was observed", async () => {
  world.behaviour.outageMs = 1e9;
  const { record } = await run(scenarioOf({ observeMs: 300 }));
  expect(record.verdict).toBe("fail");
  expect(record.objectives[0]).toMatchObject({ verdict: "fail", samples: 1, summary: null });
  expect(record.reasons.join()).toMatch(/outage at least \d+\.\d ms \(not recovered within/);
});

describe("refused before anything is started", () => {
  test.each([
    ["no trial", {}, 0, "The number of trials is 0"],
    ["half a trial", {}, 1.5, "The number of trials is 1.5"],
    [
      "a fault of a node that is not there",
      { fault: "lb-z" },
      1,
      'There is no node "lb-z". Known:',
    ],
    [
      "a client that is not there",
      { client: "nobody" },
      1,
      'load: client is "nobody". Known: client, lb-a',
    ],
    ["a p95 over ten trials", { statistic: "p95" }, 10, "10 trials cannot support p95"],
    ["no fault", { fault: null }, 1, "no faults"],
    ["two objectives of one id", { twice: true }, 1, 'have the id "outage"'],
  ] as const)("%s", async (_, what, trials, message) => {
    const wrong: {
      fault?: string | null;
      client?: string;
      statistic?: "p95";
      twice?: boolean;
    } = what;
    const base = scenarioOf();
    const objective = outageWithin({
      window: FAKE_WINDOW,
      statistic: wrong.statistic ?? "every trial",
    });
    const scenario: Scenario = {
      ...base,
      faults: wrong.fault === null ? [] : [{ fault: fakeFault(world, wrong.fault), afterMs: 0 }],
      load: { ...base.load, client: wrong.client ?? "client" },
      objectives: wrong.twice === true ? [objective, objective] : [objective],
    };
    expect(() => checkScenario(scenario, trials)).toThrow(message);
    await expect(run(scenario, { trials })).rejects.toThrow(message);
    expect(world.log).toEqual([]);
    expect(readdirSync(runs)).toEqual([]);
  });

  test("every problem at once", () => {
    const { load } = scenarioOf();
    const wrong = scenarioOf({
      load: {
        ...load,
        ratePerSecond: 0,
        traffic: { kind: "long-lived", connections: 0, everyMs: 1 },
      },
      alongside: [
        { ...load, id: "Carts", client: "nobody", traffic: { kind: "session", users: 0 } },
        { ...load, id: "kept", traffic: { kind: "kept-alive", connections: 1.5 } },
        {
          ...load,
          id: "kept",
          arrivals: { kind: "bursts", burstPerSecond: 1, everyMs: 5, forMs: 5 },
        },
      ],
      faults: [
        { fault: killNode(node("lb-a"), { silent: true }), afterMs: 0 },
        { fault: killNode(node("lb-b"), { silent: true }), afterMs: 0 },
      ],
      abort: [moreFailedThan({ count: 1, withinMs: 1, load: "none" })],
      objectives: [outageWithin({ window: FAKE_WINDOW, slackMs: NaN })],
    });
    const refusal = (() => {
      try {
        checkScenario(wrong, 0);
        return "";
      } catch (error) {
        return String(error);
      }
    })();
    expect(refusal.split("\n").map((line) => line.trim())).toEqual([
      expect.stringMatching(/^WrongUse: The scenario has 13 problems\. Nothing was started:$/),
      expect.stringMatching(/^The number of trials is 0\./),
      expect.stringMatching(/^load: ratePerSecond is 0\. Use a number above 0\./),
      expect.stringMatching(/^load: traffic\.connections is 0\. Use a whole number from 1/),
      expect.stringMatching(/^load: traffic is long-lived.*Declare it in `alongside`/),
      expect.stringMatching(/^alongside\[0\]: id is "Carts"\. Use lower case/),
      expect.stringMatching(/^alongside\[0\]: client is "nobody"\. Known: client, lb-a/),
      expect.stringMatching(/^alongside\[0\]: traffic\.users is 0\./),
      expect.stringMatching(/^alongside\[1\]: traffic\.connections is 1\.5\./),
      expect.stringMatching(/^alongside\[2\]: id is "kept", as of a load before it/),
      expect.stringMatching(/^alongside\[2\]: arrivals\.forMs is 5/),
      expect.stringMatching(/^faults\[1\]: .*takes all balancers of balancers down at once/),
      expect.stringMatching(
        /^abort\[0\]: "more than 1 requests of load none.* not declared\. Known: Carts, kept, kept\./,
      ),
      expect.stringMatching(/^objectives\[0\] "outage": slackMs is NaN\. Use a finite/),
    ]);
  });

  test("a rule that this machine cannot watch", () => {
    const blind = { title: "blind", missing: () => "there are no eyes", watch: () => () => null };
    expect(() => checkScenario(scenarioOf({ abort: [blind] }), 1)).toThrow(
      'abort[0]: "blind" cannot be watched here: there are no eyes.',
    );
  });

  test("a p95 over 59 trials is supported", () => {
    const objectives = [outageWithin({ window: FAKE_WINDOW, statistic: "p95" })];
    expect(() => checkScenario(scenarioOf({ objectives }), 59)).not.toThrow();
  });
});
