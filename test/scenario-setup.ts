import { expect, test, type TestContext } from "vitest";
import { basename } from "node:path";
import { NamespaceEnvironment } from "../chaos/environment/namespace/namespace-environment.ts";
import { runExperiment, type FinishedRun } from "../chaos/experiment.ts";
import { writeReports } from "../chaos/report/write-reports.ts";
import { mostRepetitions } from "../chaos/objectives/trust.ts";
import { SCENARIO_LISTENER, type Scenario, type ScenarioListener } from "../chaos/scenario.ts";
import { RUNS_DIRECTORY } from "../chaos/setup/paths.ts";
import { controlOutcome, promiseOutcome, type TestOutcome } from "./scenario-outcome.ts";

/**
 * Makes every scenario file a vitest suite: its promise, which must hold, and its control, with the
 * mechanism switched off, which must fail in the way the scenario says. When the machine could not
 * measure, the test is skipped and says so: it neither passed nor failed.
 */

/** A fixed seed: a failure can be repeated with `evenkeel run … --seed`. */
const SEED = 20_260;
const CONTROL_TRIALS = 1;
/** Enough to see whether a promise still holds; how often it does, `evenkeel run` finds out. */
const MOST_TRIALS = 2;
/** Deploying, steady state and ending of one trial, beside what the scenario itself takes. */
const TRIAL_OVERHEAD_MS = 20_000;

const listener: ScenarioListener = (scenario) => {
  const file = expect.getState().testPath ?? "";
  const id = basename(file, ".scenario.ts");

  const trials = Math.min(scenario.trials, MOST_TRIALS);
  test(scenario.sentence, { timeout: timeoutOf(scenario, trials) }, async (context) => {
    const run = await execute(scenario, id, trials, false);
    await end(context, promiseOutcome(run.record), run);
  });

  const { without, mustFail } = scenario.control;
  const title = `The control fails: without ${without} it does not hold.`;
  test(title, { timeout: timeoutOf(scenario, CONTROL_TRIALS) }, async (context) => {
    const run = await execute(scenario, id, CONTROL_TRIALS, true);
    await end(context, controlOutcome(run.record, mustFail), run);
  });
};
(globalThis as { [SCENARIO_LISTENER]?: ScenarioListener })[SCENARIO_LISTENER] = listener;

/** Ends a test as its run wants it, with the place of the report. */
async function end(
  context: TestContext,
  outcome: TestOutcome,
  { directory }: FinishedRun,
): Promise<void> {
  const { html } = await writeReports(directory);
  if (outcome.kind === "skip") context.skip(`${outcome.why}. Look at ${html}`);
  expect(outcome, `${outcome.kind === "fail" ? outcome.why : ""}\n${html}`).toEqual({
    kind: "pass",
  });
}

function execute(scenario: Scenario, id: string, trials: number, control: boolean) {
  return runExperiment({
    scenario,
    id,
    trials,
    seed: SEED,
    runsDirectory: RUNS_DIRECTORY,
    control,
    command: `npx evenkeel run ${id}${control ? " --control" : ""} --trials ${trials} --seed ${SEED}`,
    signal: new AbortController().signal,
    environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    onProgress: () => undefined,
  });
}

function timeoutOf({ steadyState, faults, observeMs }: Scenario, trials: number): number {
  const faultsMs = faults.reduce((sum, { afterMs, forMs = 0 }) => sum + afterMs + forMs, 0);
  return (
    (trials + mostRepetitions(trials)) *
    (TRIAL_OVERHEAD_MS + steadyState.deadlineMs + faultsMs + observeMs)
  );
}
