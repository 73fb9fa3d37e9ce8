import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDuration } from "../../balancer/index.ts";
import { FAILOVER_CELL_IDS, type FailoverCellId } from "../../scenarios/failover-cells.ts";
import type { Environment } from "../environment/environment.ts";
import { checkScenario, runExperiment, type Progress } from "../experiment.ts";
import { EXIT, worstExitCode, type ExitCode } from "../exit-code.ts";
import type { MeasuredCell } from "../failover/analyse.ts";
import type { FailoverCell } from "../failover/cell.ts";
import { newFailoverRecord, type FailoverPlan } from "../failover/new-record.ts";
import { renderFailoverTerminal } from "../failover/report/terminal.ts";
import { writeFailover } from "../failover/write-failover.ts";
import { estimateDuration } from "../plan/duration.ts";
import { NUMBER_FORMATS, VERDICT_WORDS } from "../report/format.ts";
import { closeUnfinished } from "../report/run-folder.ts";
import { writeReports } from "../report/write-reports.ts";
import { RUNS_DIRECTORY } from "../setup/paths.ts";
import { failoverPlace, type FailoverPlace } from "./failover-place.ts";
import { makeOutFolder } from "./out-folder.ts";
import { trialName } from "./run-progress.ts";
import { shownPath } from "./shown-path.ts";
import { stopSignals } from "./stop-signals.ts";
import { terminalText } from "./terminal-text.ts";
import { wholeNumber } from "./whole-number.ts";

const DEFAULT_TRIALS = 10;

interface FailoverOptions {
  readonly fault?: readonly FailoverCellId[];
  readonly trials: number;
  readonly advert?: number;
  readonly priorities?: readonly [number, number];
  readonly environment: Environment["kind"];
  readonly topology?: string;
  readonly seed?: number;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `evenkeel failover`: loses the active balancer in every way, and reports how long each takes. */
export function addFailover(program: Command): void {
  program
    .command("failover")
    .description("Lose the active balancer in every way; report how long each failover takes.")
    .option(
      "--fault <ids>",
      `how it is lost, separated by commas, or the option again (known: ${FAILOVER_CELL_IDS.join(", ")}; default: all)`,
      cellIds,
    )
    .option("--trials <n>", "trials of each", wholeNumber(1), DEFAULT_TRIALS)
    .option(
      "--advert <duration>",
      "interval of VRRP's adverts (default: 100ms; on Docker what is deployed)",
      advert,
    )
    .option(
      "--priorities <a,b>",
      "VRRP priorities of the two balancers (default: 250,240; on Docker what is deployed)",
      priorities,
    )
    .addOption(
      new Option("--environment <kind>", "where the pair runs")
        .choices(["namespace", "docker"])
        .default("namespace"),
    )
    .option(
      "--topology <id>",
      "with --environment docker: the deployed pair (default: active-passive)",
    )
    .option(
      "--seed <n>",
      "seed of every random choice (default: a random one, printed)",
      wholeNumber(0),
    )
    .option("--out <folder>", "where the report's folder and those of its runs go", RUNS_DIRECTORY)
    .option("--json", "print the record as JSON on standard output, nothing else")
    .addOption(new Option("--quiet", "print only the path of the report").conflicts("json"))
    .addHelpText(
      "after",
      `
Examples:
  evenkeel failover
  evenkeel failover --fault silent-kill,stop --trials 20 --seed 42
  evenkeel failover --advert 1s --priorities 200,100
  evenkeel failover --environment docker --trials 5`,
    )
    .action(async (options: FailoverOptions) => {
      process.exitCode = await failover(options);
    });
}

async function failover(options: FailoverOptions): Promise<ExitCode> {
  const { trials, out } = options;
  const place = await failoverPlace({
    environment: options.environment,
    topology: options.topology,
    faults: options.fault ?? [],
    asked: {
      ...(options.advert === undefined ? {} : { advertIntervalMs: options.advert }),
      ...(options.priorities === undefined ? {} : { priorities: options.priorities }),
    },
  });
  const { cells, timers, left } = place;
  // Everything is checked before anything is started.
  for (const { scenario } of cells) checkScenario(scenario, trials);
  const seed = options.seed ?? randomInt(2 ** 31);
  const commandOf = (ids: readonly string[]): string =>
    `npx evenkeel failover --fault ${ids.join(",")} --trials ${trials} ${place.words} --seed ${seed}`;
  const command = commandOf(cells.map(({ id }) => id));
  const plan: FailoverPlan = { seed, trials, timers, left, at: new Date(), command };
  const loud = options.json !== true && options.quiet !== true;
  const say = (line: string): void =>
    void (loud && process.stdout.write(terminalText(`${line}\n`)));
  say(announcement(place, plan));
  await makeOutFolder(out);
  const stop = stopSignals((message) => process.stderr.write(`\n${message}\n`));
  const measured: MeasuredCell[] = [];
  try {
    await place.require();
    for (const { dir } of await closeUnfinished(out)) {
      process.stderr.write(`Closed as aborted, its runner had died: ${shownPath(dir)}\n`);
    }
    for (const cell of cells) {
      if (stop.signal.aborted) break;
      const { directory, record } = await runExperiment({
        scenario: cell.scenario,
        id: `failover-${cell.id}`,
        trials,
        seed,
        runsDirectory: out,
        control: false,
        command: commandOf([cell.id]),
        signal: stop.signal,
        environment: place.environment,
        onProgress: (progress) => {
          const line = lineOf(cell, progress, trials);
          if (line !== null) say(line);
        },
      });
      await writeReports(directory);
      const folder = `../${basename(directory)}`;
      const paths = { record: `${folder}/run.json`, report: `${folder}/report.html` };
      measured.push({ cell, record, paths });
    }
  } finally {
    stop.dispose();
  }
  const notRun = cells.slice(measured.length).map(({ title }) => title);
  const record = newFailoverRecord(plan, measured, notRun);
  const files = await writeFailover(out, record);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
  } else {
    say(`\n${renderFailoverTerminal(record)}`);
    process.stdout.write(`${loud ? "Report: " : ""}${shownPath(files.html)}\n`);
  }
  const codes = measured.map(({ record: run }) => (run.exitCode ?? EXIT.invalid) as ExitCode);
  return worstExitCode(stop.signal.aborted ? [...codes, EXIT.interrupted] : codes);
}

/** What is going to happen, how long it will take, and what is left out. */
function announcement(
  { cells, kind, left }: FailoverPlace,
  { trials, seed }: FailoverPlan,
): string {
  const estimates = cells.map(({ scenario }) => estimateDuration(scenario, trials, kind));
  const [least, most] = (["leastMs", "mostMs"] as const).map((key) =>
    NUMBER_FORMATS.duration(estimates.reduce((sum, estimate) => sum + estimate[key], 0)),
  );
  return [
    `${cells.length} ${cells.length === 1 ? "cell" : "cells"} of ${trials} ${trials === 1 ? "trial" : "trials"}: ${least} to ${most}. Seed ${seed}.`,
    ...left.map(({ title, reason }) => `${title} is left out: ${reason}`),
  ].join("\n");
}

function lineOf({ title }: FailoverCell, progress: Progress, trials: number): string | null {
  if (progress.kind === "waiting") return "waiting: timed trials of another run hold the machine";
  if (progress.kind !== "trial") return null;
  const { verdict, outage, spoilt } = progress.trial;
  const took =
    outage.value === null ? "no end of the outage seen" : `outage ${outage.value.toFixed(1)} ms`;
  return `${title}: ${trialName(progress.trial, trials)}: ${spoilt ? "spoilt by the machine" : VERDICT_WORDS[verdict].word}, ${took}`;
}

function cellIds(text: string, before: readonly FailoverCellId[] = []): readonly FailoverCellId[] {
  const wanted = text.split(",").map((id) => id.trim());
  const unknown = wanted.filter((id) => !isCellId(id));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `${unknown.join(", ")} is not known. Known: ${FAILOVER_CELL_IDS.join(", ")}.`,
    );
  }
  return [...before, ...wanted.filter(isCellId)];
}

function isCellId(id: string): id is FailoverCellId {
  return (FAILOVER_CELL_IDS as readonly string[]).includes(id);
}

function advert(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 10 && ms <= 40_950 && ms % 10 === 0) return ms;
  throw new InvalidArgumentError("Use whole centiseconds with a unit, from 10ms to 40950ms.");
}

function priorities(text: string): readonly [number, number] {
  const [first, second, ...rest] = text.split(",").map(Number);
  const good = (one: number | undefined): one is number =>
    one !== undefined && Number.isInteger(one) && one >= 1 && one <= 254;
  if (good(first) && good(second) && first !== second && rest.length === 0) return [first, second];
  throw new InvalidArgumentError("Use two different whole numbers from 1 to 254: 250,240.");
}
