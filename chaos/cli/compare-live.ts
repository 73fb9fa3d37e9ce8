import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { analyse } from "../comparison/analyse.ts";
import { runInLab } from "../comparison/live/lab-runs.ts";
import { livePlanOf, type LivePlan } from "../comparison/live/live-plan.ts";
import { runLive } from "../comparison/live/run-live.ts";
import type { LiveRuns } from "../comparison/new-record.ts";
import type { ComparisonPlan } from "../comparison/plan.ts";
import type { CellRuns } from "../comparison/simulate-cells.ts";
import { WrongUse } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { UndoJournalFile } from "../faults/undo-journal.ts";
import { takeTimedLock } from "../measurement/timed-lock.ts";
import { requireLab } from "../setup/lab-requirements.ts";
import { thisMachine } from "../setup/machine.ts";
import { liveCell } from "../../scenarios/comparison/live-cell.ts";
import { stopSignals } from "./stop-signals.ts";

/** What live runs of a comparison are made with. */
export interface MeasureLiveOptions {
  readonly budgetMs: number;
  /** Of the comparison, made when it is not there. */
  readonly folder: string;
  readonly tell: (text: string) => void;
}

/** What was measured, and how the command ends therefore. */
export interface MeasuredLive {
  readonly measured: LiveRuns;
  readonly exitCode: ExitCode;
}

/**
 * Refuses what cannot be run live, before anything is simulated.
 *
 * @throws WrongUse when no cell can, NotSetUp when this machine cannot
 */
export async function requireLive(plan: ComparisonPlan): Promise<void> {
  const { runs, left } = livePlanOf(plan, [], liveCell);
  const [first] = runs;
  if (first === undefined) {
    throw new WrongUse(
      `No cell of this comparison can be run live: ${left.map(({ reason }) => reason).join("; ")}`,
      "Leave --live out, or choose other policies and faults.",
    );
  }
  await requireLab([first.scenario().topology], thisMachine());
}

/** Runs cells in labs until the budget is spent, or somebody stops it: what was measured then counts. */
export async function measureLive(
  plan: ComparisonPlan,
  simulated: CellRuns,
  { budgetMs, folder, tell }: MeasureLiveOptions,
): Promise<MeasuredLive> {
  const live = livePlanOf(plan, analyse(plan, simulated).faults, liveCell);
  await mkdir(folder, { recursive: true });
  const stop = stopSignals((message) => process.stderr.write(`\n${message}\n`));
  const { signal } = stop;
  try {
    await using journal = await UndoJournalFile.open(join(folder, "journal.ndjson"));
    await using _turn = await takeTimedLock(signal, () =>
      tell("waiting: timed trials of another run hold the machine"),
    );
    const lab = { folder, id: basename(folder), journal, signal };
    const measured = await runLive(live, {
      budgetMs,
      signal,
      measure: (run, index) => runInLab(lab, run, index),
      onRun: ({ fault, policy }, index) => tell(`live run ${index + 1}: ${policy} under ${fault}`),
    });
    if (journal.pending > 0) return { measured, exitCode: EXIT.healFailed };
    return { measured, exitCode: signal.aborted ? EXIT.interrupted : EXIT.pass };
  } catch (error) {
    if (!signal.aborted) throw error;
    return { measured: nothingMeasured(live, budgetMs), exitCode: EXIT.interrupted };
  } finally {
    stop.dispose();
  }
}

/** Stopped before the first run began. */
function nothingMeasured({ left }: LivePlan, budgetMs: number): LiveRuns {
  return { runs: new Map(), summary: { budgetMs, spentMs: 0, trials: 0, failed: [], left } };
}
