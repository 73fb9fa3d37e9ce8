import { basename } from "node:path";
import { runExperiment, type ExperimentOptions, type Progress } from "../experiment.ts";
import type { RunRecord } from "../report/record.ts";
import { writeReports } from "../report/write-reports.ts";
import type { MeasuredDose } from "./analyse.ts";
import type { DoseCell } from "./dose.ts";
import type { DoseResponseEnd } from "./new-record.ts";
import type { LeftDose } from "./record.ts";
import type { DosePlan } from "./within-budget.ts";

/** What doses are given with. */
export interface RunDosesOptions extends Pick<
  ExperimentOptions,
  "environment" | "takeTurn" | "cpuTicks"
> {
  readonly trials: number;
  readonly seed: number;
  readonly budgetMs: number | null;
  /** Where the folders of the runs go. */
  readonly outFolder: string;
  /** What repeats the run of one dose. */
  readonly commandOf: (cell: DoseCell) => string;
  readonly signal: AbortSignal;
  readonly onProgress: (cell: DoseCell, progress: Progress) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * Gives the planned doses one after another, each as a run of its own. Stops when it is told to, and
 * after a run that was aborted or has left something of its fault; begins no dose that the budget has no
 * time left for. Waiting for other timed runs costs no budget.
 */
export async function runDoses(
  plan: DosePlan,
  options: RunDosesOptions,
): Promise<DoseResponseEnd & { readonly measured: readonly MeasuredDose[] }> {
  const { signal, budgetMs, outFolder, now } = options;
  const measured: MeasuredDose[] = [];
  const left: LeftDose[] = [...plan.left];
  let spentMs = 0;
  let ended: string | null = null;
  for (const { cell, mostMs } of plan.cells) {
    if (signal.aborted) {
      left.push({ title: cell.title, reason: "it was stopped before" });
      continue;
    }
    if (ended !== null) {
      left.push({ title: cell.title, reason: ended });
      continue;
    }
    // The first is always begun: the plan has found time for it.
    if (budgetMs !== null && measured.length > 0 && spentMs + mostMs > budgetMs) {
      left.push({ title: cell.title, reason: "the budget was spent" });
      continue;
    }
    let from = now();
    const { directory, record } = await runExperiment({
      scenario: cell.scenario,
      id: cell.id,
      trials: options.trials,
      seed: options.seed,
      runsDirectory: outFolder,
      control: false,
      command: options.commandOf(cell),
      signal,
      environment: options.environment,
      ...(options.takeTurn === undefined ? {} : { takeTurn: options.takeTurn }),
      ...(options.cpuTicks === undefined ? {} : { cpuTicks: options.cpuTicks }),
      onProgress: (progress) => {
        if (progress.kind === "stage" && progress.trial.index === 0) {
          if (progress.stage === "deploying") from = now();
        }
        options.onProgress(cell, progress);
      },
    });
    spentMs += now() - from;
    await writeReports(directory);
    const folder = `../${basename(directory)}`;
    const paths = { record: `${folder}/run.json`, report: `${folder}/report.html` };
    measured.push({ cell, record, paths });
    ended = endedBy(cell, record);
  }
  return { measured, left, interrupted: signal.aborted };
}

/** Why no dose may follow a run; null when one may. */
function endedBy({ title }: DoseCell, { verdict }: RunRecord): string | null {
  if (verdict === "aborted") return `the run of ${title} was aborted`;
  return verdict === "heal-failed" ? `a fault of the run of ${title} is not undone` : null;
}
