import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { runExperiment } from "../../../chaos/experiment.ts";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { node } from "../../../chaos/faults/target.ts";
import { readRun } from "../../../chaos/report/run-folder.ts";
import type { NamedLoad, Objective, Scenario, TrialData } from "../../../chaos/scenario.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { nothingMoves } from "../../../scenarios/failover-events.ts";
import { freshLoad } from "../../../scenarios/fresh-load.ts";
import { whyStarved } from "../../scenario-outcome.ts";

let runs: string;
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "evenkeel-loads-"))));
afterEach(() => rmSync(runs, { recursive: true }));

const { topology, ...parts } = activePassive();
const STREAMS = 9;
/** Outlives a run whose trial is measured again as often as it may be. */
const PATIENCE_MS = 240_000;

function alongside(): readonly NamedLoad[] {
  const load = freshLoad(parts, { ratePerSecond: 50 });
  return [
    { ...load, id: "kept", traffic: { kind: "kept-alive", connections: 4 } },
    {
      ...load,
      id: "streams",
      path: "/stream?everyMs=50",
      traffic: { kind: "long-lived", connections: STREAMS, everyMs: 50 },
    },
    {
      ...load,
      id: "carts",
      path: "/cart",
      arrivals: { kind: "poisson" },
      traffic: { kind: "session", users: 10 },
    },
  ];
}

/** How many of a load's probes ended so. */
function endedAs(data: TrialData, id: string, ok: boolean): number {
  return (data.alongside[id] ?? []).filter(({ outcome }) => (outcome === "ok") === ok).length;
}

/** Judged with what the loads beside the main one saw. */
function objectiveOf(id: string, measure: (data: TrialData) => number, most: number): Objective {
  return {
    id,
    title: id,
    unit: "count",
    statistic: "every trial",
    measure: (data) => ({ value: measure(data) }),
    bound: { kind: "at-most", value: most },
    minimumSamples: 1,
  };
}

test(
  "loads of every kind are sent beside each other, seen by objectives, and kept with their ids",
  { timeout: PATIENCE_MS },
  async ({ skip }) => {
    const scenario: Scenario = {
      sentence: "A dead backend costs the streams that it served, and no more.",
      topology,
      load: freshLoad(parts),
      alongside: alongside(),
      steadyState: { durationMs: 500, deadlineMs: 20_000 },
      faults: [{ fault: killNode(node("app-1"), { silent: false }), afterMs: 0 }],
      observeMs: 1_500,
      stableMs: 500,
      marks: nothingMoves,
      predictions: [],
      objectives: [
        objectiveOf("lost-streams", (data) => endedAs(data, "streams", false), STREAMS - 1),
        objectiveOf("carts-not-served", (data) => (endedAs(data, "carts", true) > 10 ? 0 : 1), 0),
        objectiveOf("kept-not-served", (data) => (endedAs(data, "kept", true) > 10 ? 0 : 1), 0),
      ],
      trials: 1,
      control: { without: "anything", change: {}, mustFail: [] },
    };
    const { record, directory } = await runExperiment({
      scenario,
      id: "loads",
      trials: 1,
      seed: 7,
      runsDirectory: runs,
      control: false,
      command: "npx evenkeel run loads",
      signal: new AbortController().signal,
      environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
      takeTurn: async () => ({ [Symbol.asyncDispose]: async () => undefined }),
      onProgress: () => undefined,
    });
    const trial = record.trials.at(-1);
    const starved = whyStarved(record);
    if (starved !== null && trial?.faults.length === 0) skip(starved);
    // What a busy machine makes of the trial's trust is not what is asked here.
    expect(trial?.faults).toMatchObject([{ target: "app-1", verified: { active: true } }]);
    const verdicts = Object.values(trial?.objectives ?? {}).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(["pass", "pass", "pass"]);
    expect(record.alongside).toMatchObject([
      { id: "kept", class: "kept-alive", traffic: { kind: "kept-alive", connections: 4 } },
      { id: "streams", class: "long-lived" },
      { id: "carts", class: "session", arrivals: { kind: "poisson" } },
    ]);
    expect(trial?.alongside.map(({ id }) => id)).toEqual(["kept", "streams", "carts"]);
    const [kept, streams, carts] = trial?.alongside ?? [];
    for (const one of [kept, streams, carts]) expect(one?.quality?.dropped).toBe(0);

    const { probes } = await readRun(directory);
    const sentBy = (id: string | undefined) =>
      probes.filter((probe) => probe.trial === trial?.index && probe.load === id);
    expect(sentBy(undefined)).toHaveLength(trial?.probes.sent ?? -1);
    // One that was lost before the steady state held was opened again.
    expect(new Set(sentBy("streams").map(({ seq }) => seq)).size).toBe(STREAMS);
    expect(sentBy("streams")).toHaveLength(streams?.probes.sent ?? -1);
    expect(new Set(sentBy("carts").map((probe) => probe.class))).toEqual(new Set(["session"]));
    expect(new Set(sentBy(undefined).map((probe) => probe.class))).toEqual(new Set(["fresh"]));
  },
);
