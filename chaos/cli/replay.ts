import { Option, type Command } from "commander";
import type { ExitCode } from "../exit-code.ts";
import { takeCodeState } from "../measurement/fingerprint.ts";
import { changedSince, replayOf } from "../replay.ts";
import { readRun } from "../report/run-folder.ts";
import { RUNS_DIRECTORY } from "../setup/paths.ts";
import { recordedScenario } from "./recorded-scenario.ts";
import { runScenarios, type RunOptions } from "./run.ts";

type ReplayOptions = Pick<RunOptions, "out" | "json" | "quiet">;

/** `evenkeel replay <run>`: the scenario, trials, seed and environment of a recorded run, once more. */
export function addReplay(program: Command): void {
  program
    .command("replay <run>")
    .description("Run again what a run folder records: same scenario, trials, seed, environment.")
    .option("--out <folder>", "where the new run's folder goes", RUNS_DIRECTORY)
    .option("--json", "print the record as JSON on standard output, nothing else")
    .addOption(new Option("--quiet", "print only the path of the report").conflicts("json"))
    .addHelpText(
      "after",
      `
Faults come at the same phases, in the same order; what they do is measured anew. What is not as it was
then, the code or the topology, is told on standard error. Ends with the exit code of the new run.

Example:
  evenkeel replay runs/20260102T030405Z-balancer-node-killed-42`,
    )
    .action(async (run: string, options: ReplayOptions) => {
      process.exitCode = await replay(run, options);
    });
}

async function replay(run: string, options: ReplayOptions): Promise<ExitCode> {
  const { record } = await readRun(run);
  const { id } = record.scenario;
  const { scenario, command } = await recordedScenario(record);
  const again = replayOf(record);
  for (const line of changedSince(record, scenario, await takeCodeState())) {
    process.stderr.write(`${line}\n`);
  }
  return await runScenarios(
    [id],
    { ...again, ...options },
    {
      load: () => Promise.resolve(scenario),
      ...(command === undefined ? {} : { command }),
    },
  );
}
