import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { moreFailedThan } from "../../../chaos/abort/rules.ts";
import { NamespaceEnvironment } from "../../../chaos/environment/namespace/namespace-environment.ts";
import { runExperiment } from "../../../chaos/experiment.ts";
import { isolateNode } from "../../../chaos/faults/isolate-node.ts";
import { addressOwner } from "../../../chaos/faults/target.ts";
import { failedAtMost } from "../../../chaos/objectives/objectives.ts";
import { readRun } from "../../../chaos/report/run-folder.ts";
import type { Scenario } from "../../../chaos/scenario.ts";
import { activePassive } from "../../../stacks/topologies/active-passive.ts";
import { nothingMoves } from "../../../scenarios/failover-events.ts";
import { freshLoad } from "../../../scenarios/fresh-load.ts";
import { allProcesses, labProcesses, survivors } from "../environment/namespace/lab-processes.ts";

let runs: string;
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "evenkeel-abort-"))));
afterEach(() => rmSync(runs, { recursive: true }));

/** Without keepalived nobody takes the address of a balancer that is cut off: it would fail to the end. */
const { topology, ...parts } = activePassive({ failover: "none" });

test("a rule that says so heals the fault, ends the lab, and leaves the other trials out", async () => {
  const scenario: Scenario = {
    sentence: "An isolated balancer costs nothing.",
    topology,
    load: freshLoad(parts),
    steadyState: { durationMs: 300, deadlineMs: 20_000 },
    faults: [{ fault: isolateNode(addressOwner), afterMs: 0, forMs: 60_000 }],
    abort: [moreFailedThan({ count: 20, withinMs: 1_000 })],
    observeMs: 60_000,
    stableMs: 500,
    marks: nothingMoves,
    predictions: [],
    objectives: [failedAtMost(0)],
    trials: 3,
    control: { without: "anything", change: {}, mustFail: [] },
  };
  let lab: ReturnType<typeof labProcesses> = [];
  const { record, directory } = await runExperiment({
    scenario,
    id: "abort",
    trials: 3,
    seed: 7,
    runsDirectory: runs,
    control: false,
    command: "npx evenkeel run abort",
    signal: new AbortController().signal,
    environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    takeTurn: async () => ({ [Symbol.asyncDispose]: async () => undefined }),
    onProgress: (progress) => {
      if (progress.kind !== "stage" || progress.stage !== "fault") return;
      const own = allProcesses().filter(({ parent }) => parent === process.pid);
      lab = own.flatMap(({ pid }) => labProcesses(pid));
    },
  });
  expect(record).toMatchObject({ verdict: "aborted", exitCode: 130, status: "finished" });
  expect(record.trials).toHaveLength(1);
  const [trial] = record.trials;
  expect(trial).toMatchObject({
    verdict: "aborted",
    abortedBy: "more than 20 requests failed within 1000 ms",
    target: parts.pair.first.id,
  });
  expect(record.reasons).toEqual([
    expect.stringMatching(
      /^trial 0 was aborted: more than 20 requests failed within 1000 ms: \d+ of \d+ requests failed$/,
    ),
  ]);
  // At 200 requests a second and 250 ms for each, 21 of them have failed after 355 ms.
  const failed = trial?.probes.failedDuring ?? 0;
  expect(failed).toBeGreaterThan(20);
  expect(failed).toBeLessThan(400);

  const journal = readFileSync(join(directory, "journal.ndjson"), "utf8").trim().split("\n");
  const states = journal.map((line) => (JSON.parse(line) as { readonly state: string }).state);
  expect(states).toEqual(["intent", "done"]);
  expect(lab.length).toBeGreaterThan(5);
  expect(survivors(lab)).toEqual([]);

  const { events, probes } = await readRun(directory);
  expect(probes).toHaveLength(trial?.probes.sent ?? -1);
  expect(events.filter(({ type }) => type === "fault.injected")).toHaveLength(1);
});
