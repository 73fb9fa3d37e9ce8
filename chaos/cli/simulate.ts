import { randomInt } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { Option, type Command } from "commander";
import { POLICY_NAMES } from "../../balancer/index.ts";
import { WrongUse } from "../errors.ts";
import { lookOf } from "../setup/steps.ts";
import { compare } from "../simulation/compare.ts";
import { parseModel, type ModelInput } from "../simulation/model.ts";
import { policyMaker } from "../simulation/policy-spec.ts";
import { DEFAULT_REPETITIONS, PRESET_NAMES, presetOf } from "../simulation/presets.ts";
import { COMPARISON_SCHEMA, type Comparison } from "../simulation/report/comparison.ts";
import { renderCsv } from "../simulation/report/csv.ts";
import { renderSvg } from "../simulation/report/svg.ts";
import { renderTerminal } from "../simulation/report/terminal.ts";
import { terminalText } from "./terminal-text.ts";
import { wholeNumber } from "./whole-number.ts";

interface SimulateOptions {
  readonly policies?: readonly string[];
  readonly seed?: number;
  readonly rate?: number;
  readonly requests?: number;
  readonly repetitions?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly svg?: string;
  readonly printModel?: boolean;
}

/** What is to be simulated, before the options of the command line. */
interface Chosen {
  readonly name: string;
  readonly model: unknown;
  readonly policies: readonly string[];
  readonly repetitions: number;
}

/** `evenkeel simulate`: compares selection policies in a discrete-event simulation. */
export function addSimulate(program: Command): void {
  program
    .command("simulate [model]")
    .description("Simulate selection policies under one seeded load, and compare them.")
    .option(
      "--policies <names>",
      `policies, separated by commas; the others are compared with the first (known: ${POLICY_NAMES.join(", ")})`,
      policyNames,
    )
    .option("--rate <n>", "requests a second, instead of the model's", wholeNumber(1))
    .option("--requests <n>", "requests that are counted, instead of the model's", wholeNumber(1))
    .option(
      "--repetitions <n>",
      `runs of each policy (default: ${DEFAULT_REPETITIONS}, or the preset's)`,
      wholeNumber(1),
    )
    .option(
      "--seed <n>",
      "seed of every random choice (default: a random one, printed)",
      wholeNumber(0),
    )
    .option("--svg <file>", "write plots to an SVG file")
    .addOption(new Option("--json", "print everything as JSON on standard output").conflicts("csv"))
    .option("--csv", "print one line a run as CSV on standard output")
    .addOption(
      new Option(
        "--print-model",
        "print the model as JSON, to change it, and simulate nothing",
      ).conflicts(["json", "csv", "svg"]),
    )
    .addHelpText(
      "after",
      `
The model is a preset or a file that ends in .json. Presets:
${presetLines()}

Examples:
  evenkeel simulate slow-backend
  evenkeel simulate hot-keys --policies maglev,bounded-loads:boundedLoad=1.5 --svg hot-keys.svg
  evenkeel simulate slow-backend --print-model > mine.json
  evenkeel simulate mine.json --policies round-robin,peak-ewma --seed 42 --csv`,
    )
    .action(async (model: string | undefined, options: SimulateOptions) => {
      if (model !== undefined) await simulateModel(model, options);
      else if (Object.keys(options).length === 0) process.stdout.write(`${presetLines()}\n`);
      else {
        throw new WrongUse(
          "There are options but no model",
          `Name a file that ends in .json, or a preset: ${PRESET_NAMES.join(", ")}.`,
        );
      }
    });
}

async function simulateModel(what: string, options: SimulateOptions): Promise<void> {
  const chosen = what.endsWith(".json") ? await readModel(what) : chosenPreset(what);
  const input = changed(chosen.model, options);
  const model = parseModel(input, what);
  if (options.printModel === true) {
    process.stdout.write(`${JSON.stringify(input, null, 2)}\n`);
    return;
  }
  const policies = options.policies ?? chosen.policies;
  const repetitions = options.repetitions ?? chosen.repetitions;
  const seed = options.seed ?? randomInt(2 ** 31);
  // Before minutes are spent: a file that cannot be written is found now, and one that can is kept.
  if (options.svg !== undefined) await writeSvg(options.svg, "", "a");
  const runs = policies.length * repetitions;
  const summaries = compare({ model, policies, seed, repetitions }, progressOf(runs));
  const comparison: Comparison = {
    schema: COMPARISON_SCHEMA,
    name: chosen.name,
    // It has passed the schema.
    model: input as ModelInput,
    seed,
    repetitions,
    command: [
      `npx evenkeel simulate ${what} --policies ${policies.join(",")}`,
      ...(options.rate === undefined ? [] : [`--rate ${options.rate}`]),
      ...(options.requests === undefined ? [] : [`--requests ${options.requests}`]),
      `--repetitions ${repetitions} --seed ${seed}`,
    ].join(" "),
    policies: summaries,
  };
  if (options.svg !== undefined) await writeSvg(options.svg, renderSvg(comparison));
  if (options.json === true) process.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
  else if (options.csv === true) process.stdout.write(renderCsv(comparison));
  else {
    process.stdout.write(
      terminalText(
        renderTerminal(comparison, {
          colour: lookOf(process.stdout.isTTY, process.env).color,
          width: process.stdout.columns ?? 100,
        }),
      ),
    );
    if (options.svg !== undefined) process.stdout.write(`Plots: ${options.svg}\n`);
  }
}

function chosenPreset(name: string): Chosen {
  const { repetitions = DEFAULT_REPETITIONS, ...preset } = presetOf(name);
  return { name, repetitions, ...preset };
}

async function readModel(path: string): Promise<Chosen> {
  const fail = (error: unknown, next: string): never => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WrongUse(`The model ${path} cannot be read: ${reason}`, next);
  };
  const text = await readFile(path, "utf8").catch((error: unknown) =>
    fail(error, "Give the path of a file that ends in .json, or the name of a preset."),
  );
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch (error) {
    fail(error, "Begin with one that works: evenkeel simulate slow-backend --print-model.");
  }
  const policies = presetOf("slow-backend").policies;
  return { name: basename(path, ".json"), model, policies, repetitions: DEFAULT_REPETITIONS };
}

/** The model with what the command line changes of it; what is no model is left to be refused. */
function changed(model: unknown, { rate, requests }: SimulateOptions): unknown {
  if (!isRecord(model)) return model;
  const fields = Object.entries(model).flatMap(([field, value]): [string, unknown][] => {
    // A number of requests stands instead of a duration, not beside it.
    if (field === "duration" && requests !== undefined) return [];
    if (field === "arrivals" && rate !== undefined && isRecord(value)) {
      return [[field, { ...value, ratePerSecond: rate }]];
    }
    return [[field, value]];
  });
  return { ...Object.fromEntries(fields), ...(requests === undefined ? {} : { requests }) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

async function writeSvg(path: string, text: string, flag: "w" | "a" = "w"): Promise<void> {
  await writeFile(path, text, { flag }).catch((error: Error) => {
    throw new WrongUse(
      `The plots cannot be written to ${path} (--svg): ${error.message}`,
      "Name a file in a folder that you may write to.",
    );
  });
}

/** On a terminal one line that changes; elsewhere nothing. */
function progressOf(runs: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => {
    // At the end the line is wiped, or it would stand above the table.
    process.stderr.write(`\r\u001b[K${done === runs ? "" : `run ${done + 1} of ${runs}`}`);
  };
}

function presetLines(): string {
  const width = Math.max(...PRESET_NAMES.map((name) => name.length));
  return PRESET_NAMES.map((name) => `  ${name.padEnd(width)}  ${presetOf(name).model.about}`).join(
    "\n",
  );
}

function policyNames(text: string): string[] {
  const specs = [...new Set(text.split(",").map((spec) => spec.trim()))];
  // Each is checked here, before anything is run.
  for (const spec of specs) policyMaker(spec);
  return specs;
}
