import { randomInt } from "node:crypto";
import { join, resolve } from "node:path";
import { Option, type Command } from "commander";
import { EXIT, worstExitCode, type ExitCode } from "../exit-code.ts";
import { DockerEnvironment } from "../environment/docker/docker-environment.ts";
import { Engine } from "../environment/docker/engine.ts";
import { requireDeployed } from "../environment/docker/require-deployed.ts";
import type { Environment } from "../environment/environment.ts";
import { NamespaceEnvironment } from "../environment/namespace/namespace-environment.ts";
import { checkScenario, controlOf, runExperiment, type FinishedRun } from "../experiment.ts";
import { WrongUse } from "../errors.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { closeUnfinished } from "../report/run-folder.ts";
import { renderTerminal } from "../report/terminal.ts";
import { writeReports } from "../report/write-reports.ts";
import type { Scenario } from "../scenario.ts";
import type { Topology } from "../../stacks/topology.ts";
import { requireLab } from "../setup/lab-requirements.ts";
import { thisMachine } from "../setup/machine.ts";
import { PROJECT_ROOT, RUNS_DIRECTORY } from "../setup/paths.ts";
import { lookOf } from "../setup/steps.ts";
import { makeOutFolder } from "./out-folder.ts";
import { loadScenario } from "./scenario-catalogue.ts";
import { summarizeStep } from "./step-summary.ts";
import { withProgress } from "./run-progress.ts";
import { shownPath } from "./shown-path.ts";
import { stopSignals } from "./stop-signals.ts";
import { terminalText } from "./terminal-text.ts";
import { wholeNumber } from "./whole-number.ts";

/** How scenarios are run, as options of the command give it. */
export interface RunOptions {
  readonly trials?: number;
  readonly seed?: number;
  readonly out: string;
  readonly environment: Environment["kind"];
  readonly topology?: string;
  readonly control?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Where scenarios come from. */
interface ScenarioSource {
  readonly load: (id: string) => Promise<Scenario>;
  /** What repeats the run. @default `evenkeel run` with the scenario's id */
  readonly command?: string;
}

/** `evenkeel run`: executes scenarios, writes their records and reports, exits with the worst verdict. */
export function addRun(program: Command): void {
  program
    .command("run <scenario...>")
    .description("Run scenarios: deploy, hold steady, break, measure, judge, report.")
    .option("--trials <n>", "number of trials (default: the scenario's own)", wholeNumber(1))
    .option(
      "--seed <n>",
      "seed of every random choice (default: a random one, printed)",
      wholeNumber(0),
    )
    .option("--out <folder>", "where run folders go", RUNS_DIRECTORY)
    .addOption(
      new Option("--environment <kind>", "where the topology runs")
        .choices(["namespace", "docker"])
        .default("namespace"),
    )
    .option(
      "--topology <id>",
      "with --environment docker: the deployed topology (default: the scenario's own id)",
    )
    .option("--control", "run the scenario's control instead: its mechanism off; it must fail")
    .option("--json", "print the records as JSON on standard output, nothing else")
    .addOption(new Option("--quiet", "print only the paths of the reports").conflicts("json"))
    .addHelpText(
      "after",
      `
Examples:
  evenkeel run balancer-node-killed
  evenkeel run backend-killed session-store-stalled --trials 5 --seed 42
  evenkeel run balancer-node-killed --control
  evenkeel run backend-killed --environment docker --topology active-passive`,
    )
    .action(async (ids: readonly string[], options: RunOptions) => {
      process.exitCode = await runScenarios(ids, options);
    });
}

/**
 * Runs scenarios one after another, writes their records and reports, and tells how it goes.
 *
 * @param source where scenarios come from, and what repeats them
 * @returns the exit code of the worst
 * @throws what is wrong use or set-up, before anything is started
 */
export async function runScenarios(
  ids: readonly string[],
  options: RunOptions,
  source: ScenarioSource = { load: loadScenario },
): Promise<ExitCode> {
  // Everything is loaded and checked before anything is started.
  const topologies: Topology[] = [];
  const scenarios: { readonly id: string; readonly scenario: Scenario }[] = [];
  for (const id of new Set(ids)) {
    const scenario = await source.load(id);
    const chosen = options.control === true ? controlOf(scenario) : scenario;
    checkScenario(chosen, options.trials ?? scenario.trials);
    scenarios.push({ id, scenario });
    topologies.push(chosen.topology);
  }
  if (options.topology !== undefined && options.environment !== "docker") {
    throw new WrongUse(
      `--topology ${options.topology} names a deployed topology, and the environment is ${options.environment}`,
      "Add --environment docker, or leave it out.",
    );
  }
  await makeOutFolder(options.out);
  const stop = stopSignals((message) => process.stderr.write(`\n${message}\n`));
  const loud = options.json !== true && options.quiet !== true;
  const seed = options.seed ?? randomInt(2 ** 31);
  const finished: FinishedRun[] = [];
  const reports: string[] = [];
  try {
    if (options.environment === "namespace") await requireLab(topologies, thisMachine());
    else await requireDeployed(new Engine(), options.topology, topologies, PROJECT_ROOT);
    for (const { dir } of await closeUnfinished(options.out)) {
      process.stderr.write(`Closed as aborted, its runner had died: ${shownPath(dir)}\n`);
    }
    for (const { id, scenario } of scenarios) {
      if (stop.signal.aborted) break;
      const done = await withProgress(loud, scenario, options, (onProgress) =>
        runExperiment({
          scenario,
          id,
          trials: options.trials ?? scenario.trials,
          seed,
          runsDirectory: options.out,
          control: options.control ?? false,
          command: source.command ?? replayCommand(id, scenario, options, seed),
          signal: stop.signal,
          environment: environmentOf(options),
          onProgress,
        }),
      );
      const { html } = await writeReports(done.directory);
      finished.push(done);
      reports.push(html);
      await summarizeStep(renderMarkdown(done.record));
      if (loud) process.stdout.write(terminalText(`\n${summary(done)}\n`));
    }
  } finally {
    stop.dispose();
  }
  if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify(
        finished.map(({ record }) => record),
        null,
        2,
      )}\n`,
    );
  } else {
    // Last, so that people and scripts find it: the path alone ends the line.
    for (const html of reports)
      process.stdout.write(`${loud ? "Report: " : ""}${shownPath(html)}\n`);
  }
  const codes = finished.map(({ record }) => (record.exitCode ?? EXIT.invalid) as ExitCode);
  // Stopped between two scenarios, no record says so.
  return worstExitCode(stop.signal.aborted ? [...codes, EXIT.interrupted] : codes);
}

/** What each trial is deployed in. */
function environmentOf(options: RunOptions): (logDirectory: string) => Environment {
  if (options.environment === "namespace") {
    return (logDirectory) => new NamespaceEnvironment({ logDirectory });
  }
  return (logDirectory) =>
    new DockerEnvironment({
      logDirectory,
      // The folder of the run is two above that of a trial's logs.
      lease: { root: PROJECT_ROOT, journal: resolve(join(logDirectory, "../../journal.ndjson")) },
      ...(options.topology === undefined ? {} : { topologyId: options.topology }),
    });
}

function summary({ record }: FinishedRun): string {
  return renderTerminal(record, {
    colour: lookOf(process.stdout.isTTY, process.env).color,
    width: process.stdout.columns ?? 100,
  });
}

/** What repeats this run: same scenario, same seed, same number of trials. */
function replayCommand(id: string, scenario: Scenario, options: RunOptions, seed: number): string {
  const trials = options.trials ?? scenario.trials;
  const where =
    options.environment === "namespace"
      ? ""
      : ` --environment ${options.environment}${options.topology === undefined ? "" : ` --topology ${options.topology}`}`;
  return `npx evenkeel run ${id}${where}${options.control === true ? " --control" : ""} --trials ${trials} --seed ${seed}`;
}
