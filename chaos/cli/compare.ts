import { randomInt } from "node:crypto";
import { join } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { formatDuration, parseDuration, POLICY_NAMES } from "../../balancer/index.ts";
import { FAULTS } from "../comparison/faults.ts";
import { METRIC_IDS, type MetricId } from "../comparison/metric.ts";
import { newComparisonRecord } from "../comparison/new-record.ts";
import {
  DEFAULT_BASELINE,
  DEFAULT_POLICIES,
  DEFAULT_REPETITIONS,
  planOf,
  type ComparisonPlan,
} from "../comparison/plan.ts";
import { renderComparisonTerminal } from "../comparison/report/terminal.ts";
import { estimateMs, simulateCells } from "../comparison/simulate-cells.ts";
import { writeComparison } from "../comparison/write-comparison.ts";
import { NUMBER_FORMATS } from "../report/format.ts";
import { runId } from "../report/run-folder.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { RUNS_DIRECTORY } from "../setup/paths.ts";
import { lookOf } from "../setup/steps.ts";
import { measureLive, requireLive } from "./compare-live.ts";
import { makeOutFolder } from "./out-folder.ts";
import { shownPath } from "./shown-path.ts";
import { terminalText } from "./terminal-text.ts";
import { wholeNumber } from "./whole-number.ts";

interface CompareOptions {
  readonly policy?: readonly string[];
  readonly fault?: readonly string[];
  readonly baseline: string;
  readonly metric: MetricId;
  readonly repetitions?: number;
  readonly seed?: number;
  readonly live?: number;
  readonly outlierDetection?: boolean;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A shorter time would end before the first live run. */
const LEAST_BUDGET_MS = 30_000;
const MOST_BUDGET_MS = 12 * 3_600_000;

/** `evenkeel compare`: policies × faults, with ranks, ties and the simplest policy that will do. */
export function addCompare(program: Command): void {
  program
    .command("compare")
    .description("Compare selection policies under faults: ranks with ties, and the simplest best.")
    .option(
      "--policy <names>",
      `policies, separated by commas, or the option again (known: ${POLICY_NAMES.join(", ")}; default: ${DEFAULT_POLICIES.join(", ")})`,
      listed,
    )
    .option(
      "--fault <ids>",
      `faults, likewise (known: ${FAULTS.map(({ id }) => id).join(", ")}; default: all)`,
      listed,
    )
    .option("--baseline <policy>", "whom the others are compared with", DEFAULT_BASELINE)
    .addOption(
      new Option("--metric <name>", "what policies are ranked by")
        .choices([...METRIC_IDS])
        .default("failed"),
    )
    .option(
      "--repetitions <n>",
      `runs of each cell (default: ${DEFAULT_REPETITIONS}, more where so many policies need them)`,
      wholeNumber(1),
    )
    .option(
      "--seed <n>",
      "seed of every random choice (default: a random one, printed)",
      wholeNumber(0),
    )
    .option(
      "--live <budget>",
      "run cells in real labs too, for as long: 2m. Ranks stay those of the simulation",
      budget,
    )
    .option("--outlier-detection", "let live traffic take backends out, in every cell")
    .option("--out <folder>", "where the comparison's folder goes", RUNS_DIRECTORY)
    .option("--json", "print the record as JSON on standard output, nothing else")
    .addOption(new Option("--quiet", "print only the path of the report").conflicts("json"))
    .addHelpText(
      "after",
      `
Examples:
  evenkeel compare
  evenkeel compare --policy least-connections,peak-ewma --fault slow-backend
  evenkeel compare --metric p99 --repetitions 20 --seed 42
  evenkeel compare --fault fast-5xx --live 3m
  evenkeel compare --fault fast-5xx,flapping --outlier-detection`,
    )
    .action(async (options: CompareOptions) => {
      process.exitCode = await compare(options);
    });
}

async function compare(options: CompareOptions): Promise<ExitCode> {
  const plan = planOf({
    policies: options.policy,
    faults: options.fault,
    baseline: options.baseline,
    metric: options.metric,
    repetitions: options.repetitions,
    seed: options.seed ?? randomInt(2 ** 31),
    outlierDetection: options.outlierDetection,
  });
  if (options.live !== undefined) await requireLive(plan);
  await makeOutFolder(options.out);
  const loud = options.json !== true && options.quiet !== true;
  const at = new Date();
  if (loud) process.stdout.write(terminalText(`${announcement(plan, options.live)}\n`));
  const runs = plan.policies.length * plan.faults.length * plan.repetitions;
  const simulated = simulateCells(plan, progressOf(loud, runs));
  const live =
    options.live === undefined
      ? null
      : await measureLive(plan, simulated, {
          budgetMs: options.live,
          folder: join(options.out, runId("compare", plan.seed, at)),
          tell: (text) => {
            if (loud) process.stdout.write(terminalText(`${text}\n`));
          },
        });
  const about = { at, command: commandOf(plan, options.live) };
  const record = newComparisonRecord(plan, simulated, live?.measured ?? null, about);
  const files = await writeComparison(options.out, record);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(record, null, 2)}\n`);
    return live?.exitCode ?? EXIT.pass;
  }
  if (loud) {
    const { color: colour } = lookOf(process.stdout.isTTY, process.env);
    process.stdout.write(terminalText(`\n${renderComparisonTerminal(record, { colour })}\n`));
  }
  process.stdout.write(`${loud ? "Report: " : ""}${shownPath(files.html)}\n`);
  return live?.exitCode ?? EXIT.pass;
}

/** What is going to happen, and how long it will take. */
function announcement(plan: ComparisonPlan, liveMs: number | undefined): string {
  const { policies, faults, repetitions, seed, outlierDetection } = plan;
  const detection = outlierDetection ? ", with outlier detection" : "";
  const some = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return `${policies.length} policies under ${some(faults.length, "fault")}, ${repetitions} runs of each${detection}, simulated: about ${NUMBER_FORMATS.duration(estimateMs(plan))}${liveMs === undefined ? "" : `, then live for up to ${NUMBER_FORMATS.duration(liveMs)}`}. Seed ${seed}.`;
}

/** What repeats a comparison. */
function commandOf(plan: ComparisonPlan, liveMs: number | undefined): string {
  const { policies, faults, baseline, metric, repetitions, seed } = plan;
  return [
    `npx evenkeel compare --policy ${policies.join(",")}`,
    `--fault ${faults.map(({ id }) => id).join(",")}`,
    `--baseline ${baseline} --metric ${metric} --repetitions ${repetitions} --seed ${seed}`,
    ...(plan.outlierDetection ? ["--outlier-detection"] : []),
    ...(liveMs === undefined ? [] : [`--live ${formatDuration(liveMs)}`]),
  ].join(" ");
}

/** On a terminal one line that changes; elsewhere nothing. */
function progressOf(loud: boolean, runs: number): (done: number) => void {
  if (!loud || !process.stderr.isTTY) return () => undefined;
  return (done) => {
    process.stderr.write(`\r\u001b[K${done === runs ? "" : `run ${done + 1} of ${runs}`}`);
  };
}

/** Reads the time for live runs; one needs a lab, and some 12 s. */
function budget(text: string): number {
  const value = parseDuration(text);
  if (value !== undefined && value >= LEAST_BUDGET_MS && value <= MOST_BUDGET_MS) return value;
  throw new InvalidArgumentError('Use a duration from 30s to 12h, such as "2m".');
}

function listed(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(",").map((name) => name.trim())];
}
