import { EXIT, worstExitCode, type ExitCode } from "../exit-code.ts";
import type { Verdict } from "../report/record.ts";
import { runId } from "../report/run-folder.ts";
import { analyseCell, type MeasuredCell } from "./analyse.ts";
import { FAILOVER_RECORD_SCHEMA, type FailoverRecord } from "./record.ts";

/** The band that vendors and runbooks commonly promise for a failover. */
const PROMISED = { lowMs: 1_000, highMs: 5_000 } as const;

/** What a report is of. */
export interface FailoverPlan extends Pick<FailoverRecord, "seed" | "trials" | "timers"> {
  /** @default - none */
  readonly left?: FailoverRecord["left"];
  readonly at: Date;
  readonly command: string;
}

/** Id of a report, and name of its folder. */
export function failoverId({ seed, at }: Pick<FailoverPlan, "seed" | "at">): string {
  return runId("failover", seed, at);
}

/**
 * The record of a report from the runs of its cells.
 *
 * @param notRun cells that were wanted, when it was stopped before them
 */
export function newFailoverRecord(
  plan: FailoverPlan,
  measured: readonly MeasuredCell[],
  notRun: readonly string[] = [],
): FailoverRecord {
  const codes = measured.map(({ record }) => (record.exitCode ?? EXIT.invalid) as ExitCode);
  const exitCode = worstExitCode(notRun.length > 0 ? [...codes, EXIT.interrupted] : codes);
  return {
    schema: FAILOVER_RECORD_SCHEMA,
    id: failoverId(plan),
    startedAt: plan.at.toISOString(),
    command: plan.command,
    seed: plan.seed,
    trials: plan.trials,
    timers: plan.timers,
    promised: PROMISED,
    verdict: VERDICT_OF[exitCode] ?? "inconclusive",
    exitCode,
    cells: measured.map(analyseCell),
    notRun,
    left: plan.left ?? [],
    fingerprint: measured[0]?.record.fingerprint ?? null,
  };
}

const VERDICT_OF: Readonly<Partial<Record<ExitCode, Verdict>>> = {
  [EXIT.pass]: "pass",
  [EXIT.fail]: "fail",
  [EXIT.invalid]: "invalid",
  [EXIT.inconclusive]: "inconclusive",
  [EXIT.healFailed]: "heal-failed",
  [EXIT.interrupted]: "aborted",
};
