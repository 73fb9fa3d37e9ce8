import { basename } from "node:path";
import { loadScenario } from "../../chaos/cli/scenario-catalogue.ts";
import { NamespaceEnvironment } from "../../chaos/environment/namespace/namespace-environment.ts";
import { runExperiment } from "../../chaos/experiment.ts";
import type { RunRecord } from "../../chaos/report/record.ts";
import { readRun, type LoadedRun } from "../../chaos/report/run-folder.ts";
import { writeReports } from "../../chaos/report/write-reports.ts";
import type { Scenario } from "../../chaos/scenario.ts";
import { RUNS_DIRECTORY } from "../../chaos/setup/paths.ts";

/** Figures can be repeated: every random choice derives from this. */
const SEED = 20_261;

/**
 * Runs a scenario for a figure and loads what it recorded.
 *
 * @param own a scenario of the figure's own, and the figure's name; default: the one in the catalogue
 */
export async function runForFigure(
  id: string,
  trials: number,
  own?: { readonly scenario: Scenario; readonly figure: string },
): Promise<LoadedRun> {
  const { directory } = await runExperiment({
    scenario: own?.scenario ?? (await loadScenario(id)),
    id,
    trials,
    seed: SEED,
    runsDirectory: RUNS_DIRECTORY,
    control: false,
    command:
      own === undefined
        ? `npx evenkeel run ${id} --trials ${trials} --seed ${SEED}`
        : `npm run figures -- ${own.figure}`,
    signal: new AbortController().signal,
    environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    onProgress: (progress) => {
      if (progress.kind !== "trial") return;
      const { index, verdict } = progress.trial;
      process.stderr.write(`  ${id}: trial ${index + 1} of ${trials}: ${verdict}\n`);
    },
  });
  await writeReports(directory);
  return readRun(directory);
}

/** Trials that can be trusted. */
export function trusted(record: RunRecord) {
  return record.trials.filter(({ verdict }) => verdict !== "invalid" && verdict !== "aborted");
}

/** Where the run of a figure lies, for its method line. */
export function provenance(record: RunRecord): string {
  const again = record.trials.filter(({ repeats }) => repeats !== null).length;
  const untrusted = record.trials.length - trusted(record).length - again;
  const left = untrusted === 0 ? "" : ` ${untrusted} trials were not trustworthy and do not count.`;
  const spoilt = again === 0 ? "" : ` ${again} in which the prober was late were measured again.`;
  return `Run \`${basename(record.id)}\`, repeated by \`${record.command}\`.${left}${spoilt}`;
}
