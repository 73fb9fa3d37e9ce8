import { randomInt } from "node:crypto";
import { Option, type Command } from "commander";
import { doseCells } from "../../scenarios/dose-response-cells.ts";
import {
  DISTURBANCES,
  type DisturbanceId,
  type DoseCell,
  type DoseTimers,
} from "../dose-response/dose.ts";
import { movesOf } from "../dose-response/address-stays.ts";
import { makesProberLate } from "../dose-response/analyse.ts";
import { newDoseResponseRecord, type DoseResponsePlan } from "../dose-response/new-record.ts";
import { renderDoseResponseTerminal } from "../dose-response/report/terminal.ts";
import { runDoses } from "../dose-response/run-doses.ts";
import { withinBudget, type DosePlan } from "../dose-response/within-budget.ts";
import { writeDoseResponse } from "../dose-response/write-dose-response.ts";
import { NamespaceEnvironment } from "../environment/namespace/namespace-environment.ts";
import { WrongUse } from "../errors.ts";
import { checkScenario, type Progress } from "../experiment.ts";
import type { ExitCode } from "../exit-code.ts";
import { NUMBER_FORMATS } from "../report/format.ts";
import { closeUnfinished } from "../report/run-folder.ts";
import { requireLab } from "../setup/lab-requirements.ts";
import { thisMachine } from "../setup/machine.ts";
import { RUNS_DIRECTORY } from "../setup/paths.ts";
import {
  commandOf,
  doses,
  duration,
  priorities,
  timers,
  type DoseResponseOptions,
} from "./dose-response-arguments.ts";
import { makeOutFolder } from "./out-folder.ts";
import { trialName } from "./run-progress.ts";
import { shownPath } from "./shown-path.ts";
import { stopSignals } from "./stop-signals.ts";
import { terminalText } from "./terminal-text.ts";
import { wholeNumber } from "./whole-number.ts";

const DEFAULT_TRIALS = 10;
const DEFAULT_EXPOSURE_MS = 2_000;
const DEFAULT_TIMERS: readonly DoseTimers[] = [{ advertIntervalMs: 100, downTimerAdverts: 3 }];
/** Their skew is so long that an advert which is only late is not taken for a lost one. */
const DEFAULT_PRIORITIES = [150, 100] as const;
/** As they are typed: percentages, and numbers of loops. */
const DEFAULT_DOSES: Readonly<Record<DisturbanceId, readonly number[]>> = {
  loss: [0, 10, 20, 30, 40, 50, 60],
  freeze: [0, 20, 30, 40, 50, 60],
  cpu: [0, 2, 4, 8],
};

/** `evenkeel dose-response`: disturbs the active balancer more and more, and reports when the address moves. */
export function addDoseResponse(program: Command): void {
  program
    .command("dose-response")
    .description("Disturb the active balancer more and more; report how often the address moves.")
    .addOption(
      new Option("--disturbance <kind>", "what disturbs it")
        .choices([...DISTURBANCES])
        .default("loss"),
    )
    .option(
      "--doses <list>",
      "percentages, or numbers of busy loops with cpu; 0 is always among them (default: 0,10,20,30,40,50,60 with loss)",
      doses,
    )
    .addOption(
      new Option("--timers <list>", "advert interval/adverts missed, one curve each")
        .argParser(timers)
        .default(DEFAULT_TIMERS, "100ms/3"),
    )
    .option("--trials <n>", "trials of each dose", wholeNumber(1), DEFAULT_TRIALS)
    .addOption(
      new Option("--exposure <duration>", "how long each trial is disturbed")
        .argParser(duration)
        .default(DEFAULT_EXPOSURE_MS, "2s"),
    )
    .addOption(
      new Option("--priorities <a,b>", "VRRP priorities of the two balancers")
        .argParser(priorities)
        .default(DEFAULT_PRIORITIES, "150,100"),
    )
    .option("--budget <duration>", "leave out doses that do not fit into this time", duration)
    .option(
      "--seed <n>",
      "seed of every random choice of ours (default: a random one, printed)",
      wholeNumber(0),
    )
    .option("--out <folder>", "where the record's folder and those of its runs go", RUNS_DIRECTORY)
    .option("--json", "print the record as JSON on standard output, nothing else")
    .addOption(new Option("--quiet", "print only the path of the report").conflicts("json"))
    .addHelpText(
      "after",
      `
Examples:
  evenkeel dose-response
  evenkeel dose-response --doses 20,40,60 --trials 20 --budget 5m --seed 42
  evenkeel dose-response --timers 1s/3,100ms/30 --exposure 10s
  evenkeel dose-response --disturbance freeze`,
    )
    .action(async (options: DoseResponseOptions) => {
      process.exitCode = await doseResponse(options);
    });
}

async function doseResponse(options: DoseResponseOptions): Promise<ExitCode> {
  const { disturbance, trials, out, priorities: both, exposure: exposureMs } = options;
  const typed = rising([0, ...(options.doses ?? DEFAULT_DOSES[disturbance])]);
  const wanted = disturbance === "cpu" ? typed : typed.map((percent) => percent / 100);
  const setting = { disturbance, priorities: both, exposureMs };
  const cells = doseCells(setting, options.timers, wanted);
  // Everything is checked before anything is started.
  for (const { scenario } of cells) checkScenario(scenario, trials);
  const budgetMs = options.budget ?? null;
  const plan = withinBudget(cells, trials, budgetMs);
  requireSome(plan, cells, trials);
  const seed = options.seed ?? randomInt(2 ** 31);
  const command = (timersOf: readonly DoseTimers[], list: readonly number[]): string =>
    commandOf(options, { seed, timers: timersOf, doses: list });
  const loud = options.json !== true && options.quiet !== true;
  const say = (line: string): void =>
    void (loud && process.stdout.write(terminalText(`${line}\n`)));
  say(announcement(plan, { trials, seed }));
  await makeOutFolder(out);
  const stop = stopSignals((message) => process.stderr.write(`\n${message}\n`));
  const at = new Date();
  try {
    await requireLab(
      plan.cells.map(({ cell }) => cell.scenario.topology),
      thisMachine(),
    );
    for (const { dir } of await closeUnfinished(out)) {
      process.stderr.write(`Closed as aborted, its runner had died: ${shownPath(dir)}\n`);
    }
    const { measured, ...end } = await runDoses(plan, {
      trials,
      seed,
      budgetMs,
      outFolder: out,
      commandOf: ({ timers: its, dose }) => command([its], [typed[wanted.indexOf(dose)] ?? dose]),
      signal: stop.signal,
      environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
      now: () => performance.now(),
      onProgress: (cell, progress) => {
        const line = lineOf(cell, progress, { trials, disturbance });
        if (line !== null) say(line);
      },
    });
    const record = newDoseResponseRecord(
      {
        ...{ seed, trials, at, budgetMs, ...setting },
        timers: options.timers,
        doses: wanted,
        command: command(options.timers, typed),
      } satisfies DoseResponsePlan,
      measured,
      end,
    );
    const files = await writeDoseResponse(out, record);
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
    } else {
      say(`\n${renderDoseResponseTerminal(record)}`);
      process.stdout.write(`${loud ? "Report: " : ""}${shownPath(files.html)}\n`);
    }
    return record.exitCode;
  } finally {
    stop.dispose();
  }
}

/** @throws WrongUse when the budget has no time for a single dose */
function requireSome(plan: DosePlan, cells: readonly DoseCell[], trials: number): void {
  if (plan.cells.length > 0) return;
  const least = Math.min(...withinBudget(cells, trials, null).cells.map(({ mostMs }) => mostMs));
  throw new WrongUse(
    "The budget has no time for a single dose",
    `Use --budget ${Math.ceil(least / 1_000)}s or more, or fewer trials.`,
  );
}

/** What is going to happen, how long it will take, and what is left out. */
function announcement(
  { cells, left }: DosePlan,
  { trials, seed }: { readonly trials: number; readonly seed: number },
): string {
  const [least, most] = (["leastMs", "mostMs"] as const).map((key) =>
    NUMBER_FORMATS.duration(cells.reduce((all, cell) => all + cell[key], 0)),
  );
  const takes = least === most ? `about ${most}` : `${least} to ${most}`;
  return [
    `${cells.length} ${cells.length === 1 ? "dose" : "doses"} of ${trials} ${trials === 1 ? "trial" : "trials"}: ${takes}. Seed ${seed}.`,
    ...left.map(({ title, reason }) => `left out: ${title}: ${reason}`),
  ].join("\n");
}

function lineOf(
  { title, dose }: DoseCell,
  progress: Progress,
  { trials, disturbance }: { readonly trials: number; readonly disturbance: DisturbanceId },
): string | null {
  if (progress.kind === "waiting") return "waiting: timed trials of another run hold the machine";
  if (progress.kind !== "trial") return null;
  const { trial } = progress;
  const moves = movesOf(trial);
  const happened =
    moves === null
      ? "nothing can be said"
      : moves === 0
        ? "the address stayed"
        : `the address moved ${moves === 1 ? "once" : `${moves} times`}`;
  const doubt = trial.spoilt
    ? ", spoilt by the machine"
    : trial.verdict === "invalid" && !makesProberLate(disturbance, dose)
      ? ", does not count"
      : "";
  return `${title}: ${trialName(trial, trials)}: ${happened}${doubt}`;
}

function rising(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}
