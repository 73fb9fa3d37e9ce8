import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadScenario, scenarioIds } from "../../chaos/cli/scenario-catalogue.ts";
import { NamespaceEnvironment } from "../../chaos/environment/namespace/namespace-environment.ts";
import { runExperiment } from "../../chaos/experiment.ts";
import { takeCodeState } from "../../chaos/measurement/fingerprint.ts";
import type { RunRecord } from "../../chaos/report/record.ts";
import { writeReports } from "../../chaos/report/write-reports.ts";
import { PROJECT_ROOT, RUNS_DIRECTORY } from "../../chaos/setup/paths.ts";
import { deriveSeed } from "../../chaos/statistics/random.ts";
import { trialsFor } from "../../chaos/statistics/what-n-supports.ts";
import { digits, type Figure, type FigureRow } from "./figure.ts";
import {
  flakesSchema,
  flakinessOf,
  NO_RUNS,
  outcomeOf,
  runsOf,
  withRun,
  type FlakeRecord,
} from "./flakes/flake-record.ts";

/** Of every further run comes a seed of its own, and so another phase of the fault. */
const SEED = 20_264;
/** Passes in a row that bound the rate of failures at 5 %: 59. */
const ENOUGH = trialsFor(0.95);

/** What runs are taken with. */
export interface FlakeRuns {
  /** Where they are added up. */
  readonly file: string;
  readonly scenarios: readonly string[];
  /** One trial of a scenario's promise, whose reports are kept unless it passed. */
  readonly run: (
    scenario: string,
    seed: number,
  ) => Promise<{ readonly verdict: RunRecord["verdict"]; readonly runId: string }>;
  /** Of the sources now: they may change while runs go on. */
  readonly code: () => Promise<{ readonly commit: string | null; readonly clean: boolean | null }>;
}

/** Those of this checkout: every scenario there is, in labs. */
const OURS: FlakeRuns = {
  file: join(PROJECT_ROOT, "docs", "flakes.json"),
  scenarios: scenarioIds(),
  run: runOnce,
  code: takeCodeState,
};

/**
 * Runs every scenario's promise with one trial, so many times, and adds them to the runs before.
 *
 * @param rounds how often, at least 1
 */
export async function measureFlakes(rounds = 1, runs: FlakeRuns = OURS): Promise<Figure> {
  const { file, scenarios } = runs;
  let record = await readFlakes(file);
  for (let round = 1; round <= rounds; round += 1) {
    for (const scenario of scenarios) {
      const seed = deriveSeed(SEED, scenario, runsOf(record, scenario));
      const { commit, clean } = await runs.code();
      const { verdict, runId } = await runs.run(scenario, seed);
      record = withRun(record, {
        scenario,
        outcome: outcomeOf(verdict),
        runId,
        commit: commit?.slice(0, 12) ?? "unknown",
        clean: clean ?? false,
        at: new Date(),
      });
      // After every run: whoever interrupts loses none.
      await writeFile(file, `${JSON.stringify(record, null, 2)}\n`);
      const { inARow } = flakinessOf(record, scenario);
      process.stderr.write(
        `  round ${round} of ${rounds}: ${scenario}: ${verdict ?? "none"}, ${inARow} in a row\n`,
      );
    }
  }
  return figureOf(record, scenarios);
}

async function readFlakes(file: string): Promise<FlakeRecord> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return NO_RUNS;
    throw error;
  }
  return flakesSchema.parse(JSON.parse(text));
}

function figureOf(record: FlakeRecord, scenarios: readonly string[]): Figure {
  const seen = scenarios.map((id) => ({ id, ...flakinessOf(record, id) }));
  const bound = seen.filter(({ inARow }) => inARow >= ENOUGH).length;
  const rows = seen.map(
    ({ id, passes, fails, invalid, inARow, atMost, sinceAtMost }): FigureRow => {
      const said = invalid === 0 ? "" : `; ${invalid} could not be measured`;
      const mended =
        fails === 0 || inARow === 0 ? "" : `, since the last one at most ${percent(sinceAtMost)}`;
      return {
        what: `\`${id}\``,
        wanted: `no failure, or ${ENOUGH} passes since`,
        measured: `${inARow} in a row; ${fails} of ${passes + fails} failed, which is at most ${percent(atMost)}${mended}${said}`,
        held: passes > 0 && (fails === 0 || inARow >= ENOUGH),
      };
    },
  );
  return {
    title: "How often promises fail",
    rows: [
      ...rows,
      {
        what: `promises that ${ENOUGH} passes in a row bound at a failure rate of 5 %`,
        wanted: `${scenarios.length} of ${scenarios.length}`,
        measured: `${bound} of ${scenarios.length}`,
        held: bound === scenarios.length,
      },
    ],
    method:
      "Runs of every scenario in the lab with one trial each, every one with another seed, added up in `docs/flakes.json` by scenario and commit; `npm run figures -- flakes --rounds 10` adds ten of each. Only these runs count. Rates are upper bounds with 95 % confidence (exact binomial). A run that could not measure says nothing and neither counts nor ends a row; a failure does, and its run is kept.",
  };
}

function percent(rate: number): string {
  return `${digits(rate * 100)} %`;
}

async function runOnce(
  id: string,
  seed: number,
): Promise<{ readonly verdict: RunRecord["verdict"]; readonly runId: string }> {
  const { record, directory } = await runExperiment({
    scenario: await loadScenario(id),
    id,
    trials: 1,
    seed,
    runsDirectory: RUNS_DIRECTORY,
    control: false,
    command: `npx evenkeel run ${id} --trials 1 --seed ${seed}`,
    signal: new AbortController().signal,
    environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    onProgress: () => undefined,
  });
  if (record.verdict === "pass") await rm(directory, { recursive: true, force: true });
  else await writeReports(directory);
  return { verdict: record.verdict, runId: record.id };
}
