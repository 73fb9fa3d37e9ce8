import { newDoseResponseRecord } from "../../chaos/dose-response/new-record.ts";
import type { DoseRecord, DoseResponseRecord } from "../../chaos/dose-response/record.ts";
import { doseText } from "../../chaos/dose-response/dose.ts";
import { runDoses } from "../../chaos/dose-response/run-doses.ts";
import { withinBudget } from "../../chaos/dose-response/within-budget.ts";
import { writeDoseResponse } from "../../chaos/dose-response/write-dose-response.ts";
import { NamespaceEnvironment } from "../../chaos/environment/namespace/namespace-environment.ts";
import { RUNS_DIRECTORY } from "../../chaos/setup/paths.ts";
import { doseCells } from "../dose-response-cells.ts";
import type { Figure, FigureRow } from "./figure.ts";

const SEED = 20_261;
const TRIALS = 14;
/** Fewer that can be trusted say too little. */
const LEAST_TRIALS = 12;
const DOSES = [0, 0.2, 0.4, 0.6] as const;
const TIMERS = { advertIntervalMs: 100, downTimerAdverts: 3 } as const;
const SETTING = { disturbance: "loss", priorities: [150, 100], exposureMs: 2_000 } as const;

/** How often packet loss moves the floating address though nobody died, against the theory of runs. */
export async function measureDoseResponse(): Promise<Figure> {
  const record = await measured();
  const doses = record.curves.flatMap((curve) => curve.doses);
  return {
    title: "False failover by packet loss",
    rows: doses.map((dose) => (dose.dose === 0 ? harmless(dose) : explained(dose))),
    method: `Adverts each ${TIMERS.advertIntervalMs} ms of which ${TIMERS.downTimerAdverts} in a row must be missed, priorities ${SETTING.priorities.join(" and ")}, ${SETTING.exposureMs / 1_000} s of loss on the active balancer under 100 requests a second, ${TRIALS} trials of each dose. Predicted is a run of lost adverts, exactly; judged by Wilson's interval of ${(record.judgedConfidence * 100).toFixed(2)} %, so that all doses together have 95 %. \`runs/${record.id}\`, repeated by \`${record.command}\`.`,
  };
}

/** Dose 0 does nothing. */
function harmless(dose: DoseRecord): FigureRow {
  return {
    what: "trials in which the address moved at no loss",
    wanted: "0",
    measured: `${dose.moved} of ${dose.counted}`,
    held: dose.moved === 0 && dose.counted >= LEAST_TRIALS,
  };
}

/** Theory lies within what was measured. */
function explained(dose: DoseRecord): FigureRow {
  const { judged, predicted } = dose;
  const interval = judged === null ? "–" : `${percent(judged.low)} to ${percent(judged.high)}`;
  return {
    what: `at ${doseText("percent", dose.dose)} loss`,
    wanted: predicted === null ? "a prediction" : `${percent(predicted)} within the interval`,
    measured: `${dose.moved} of ${dose.counted}: ${interval}`,
    held: dose.fits === true && dose.counted >= LEAST_TRIALS,
  };
}

async function measured(): Promise<DoseResponseRecord> {
  const at = new Date();
  const command = `npx evenkeel dose-response --doses ${DOSES.map((dose) => dose * 100).join(",")} --trials ${TRIALS} --seed ${SEED}`;
  const plan = withinBudget(doseCells(SETTING, [TIMERS], DOSES), TRIALS, null);
  const { measured: runs, ...end } = await runDoses(plan, {
    trials: TRIALS,
    seed: SEED,
    budgetMs: null,
    outFolder: RUNS_DIRECTORY,
    commandOf: ({ dose }) =>
      `npx evenkeel dose-response --doses ${dose * 100} --trials ${TRIALS} --seed ${SEED}`,
    signal: new AbortController().signal,
    environment: (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    now: () => performance.now(),
    onProgress: ({ title }, progress) => {
      if (progress.kind !== "trial") return;
      process.stderr.write(
        `  ${title}: trial ${progress.trial.index + 1}: ${progress.trial.verdict}\n`,
      );
    },
  });
  const record = newDoseResponseRecord(
    {
      ...SETTING,
      at,
      command,
      seed: SEED,
      trials: TRIALS,
      budgetMs: null,
      timers: [TIMERS],
      doses: DOSES,
    },
    runs,
    end,
  );
  await writeDoseResponse(RUNS_DIRECTORY, record);
  return record;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
