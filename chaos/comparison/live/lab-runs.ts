import { NamespaceEnvironment } from "../../environment/namespace/namespace-environment.ts";
import { FaultError } from "../../faults/fault.ts";
import type { UndoJournalFile } from "../../faults/undo-journal.ts";
import { readCpuTicks } from "../../measurement/cpu-time.ts";
import { runTrial, trialLogDirectory } from "../../trial.ts";
import type { ProberQuality } from "../../measurement/probe.ts";
import type { RunValues } from "../record.ts";
import { SET_UP } from "../set-up.ts";
import type { LiveRun } from "./live-plan.ts";
import { measuredRun } from "./measured-run.ts";

/** A prober that is later than this share of the time-out measures itself. */
const LATE_SHARE = 0.1;

/** What runs in labs share. */
export interface LabRuns {
  /** Folder of the comparison; logs go there. */
  readonly folder: string;
  readonly id: string;
  readonly journal: Pick<UndoJournalFile, "intend" | "allGone">;
  readonly signal: AbortSignal;
  /**
   * Why the prober of a run cannot be trusted; null when it can.
   * @default lateness
   */
  readonly distrust?: (quality: ProberQuality) => string | null;
}

/**
 * One cell in a lab of its own.
 *
 * @throws whatever `runTrial` throws; FaultError when the fault was not seen, or the prober was late
 */
export async function runInLab(
  { folder, id, journal, signal, distrust = lateness }: LabRuns,
  run: LiveRun,
  index: number,
): Promise<RunValues> {
  const seen = await runTrial({
    scenario: run.scenario(),
    environment: new NamespaceEnvironment({ logDirectory: trialLogDirectory(folder, index) }),
    runId: id,
    index,
    repeats: null,
    seed: run.seed,
    phaseFraction: 0.5,
    journal,
    signal,
    cpuTicks: () => readCpuTicks(),
    onStage: () => undefined,
  });
  const [unverified] = seen.unverified;
  if (unverified !== undefined) throw new FaultError(unverified, "Run it again.");
  const { quality } = seen.trial;
  if (quality === null) {
    throw new FaultError("The prober did not say how well it worked", "Run it again.");
  }
  const doubt = distrust(quality);
  if (doubt !== null) throw new FaultError(doubt, "Run it on a machine that is less busy.");
  const { repetition, seed } = run;
  return measuredRun(seen.probes, seen.injectedNs, { repetition, seed });
}

/** Whether the prober was so late that it measured itself. */
export function lateness({ lagP99Ms, dropped }: ProberQuality): string | null {
  const mostMs = SET_UP.timeoutMs * LATE_SHARE;
  const doubts = [
    ...(lagP99Ms > mostMs
      ? [`was late by ${lagP99Ms.toFixed(1)} ms (p99; at most ${mostMs} ms is needed)`]
      : []),
    ...(dropped > 0 ? [`left out ${dropped} ${dropped === 1 ? "request" : "requests"}`] : []),
  ];
  return doubts.length === 0 ? null : `The prober ${doubts.join(" and ")}`;
}
