import { judgeQuality } from "../../chaos/measurement/prober-quality.ts";
import { countedTrials } from "../../chaos/objectives/trust.ts";
import type { RunRecord, TrialRecord } from "../../chaos/report/record.ts";
import { digits, type Figure } from "./figure.ts";
import { provenance, runForFigure, trusted } from "./scenario-run.ts";

const TRIALS = 20;
const MEDIAN_TOLERANCE = 0.1;
const CEILING_SLACK_MS = 20;
const SLOPE_TOLERANCE = 0.05;
const RESIDUAL_MS = 5;
const PHASE_TOLERANCE_MS = 3;
const PHASE_HITS = 18;

/** The flagship's failover against the VRRP window: silent kill of the node that holds the address. */
export async function measureFailover(): Promise<Figure> {
  const { record } = await runForFigure("balancer-node-killed", TRIALS);
  const trials = trusted(record);
  const [window] = record.predictions;
  if (window === undefined) throw new RangeError("The scenario predicts nothing.");
  const median = record.outage?.median ?? NaN;
  const share = median / window.meanMs - 1;
  const beyond = trials.filter(
    (trial) =>
      (trial.outage.value ?? Infinity) >
      window.ceilingMs + resolution(record, trial) + CEILING_SLACK_MS,
  );
  const fit = record.phaseFit;
  // How well the injection was aimed does not depend on whether the prober can be trusted.
  const counted = countedTrials(record.trials);
  const offBy = counted.map(({ phase }) =>
    phase.achieved.value === null || phase.wantedMs === null
      ? Infinity
      : Math.abs(phase.achieved.value - phase.wantedMs),
  );
  const hits = offBy.filter((ms) => ms <= PHASE_TOLERANCE_MS).length;
  return {
    title: "Failover of the floating address, silent node kill",
    rows: [
      {
        what: "median outage against the window's mean",
        wanted: `${digits(window.meanMs)} ± ${MEDIAN_TOLERANCE * 100} %`,
        measured: `${digits(median)} (${share >= 0 ? "+" : ""}${digits(share * 100)} %)`,
        held: Math.abs(share) <= MEDIAN_TOLERANCE,
      },
      {
        what: "trials above ceiling + resolution + 20",
        wanted: `0 (ceiling ${digits(window.ceilingMs)})`,
        measured: `${beyond.length} of ${trials.length}, longest ${digits(record.outage?.max)}`,
        held: beyond.length === 0 && trials.length > 0,
      },
      {
        what: "slope of outage against phase",
        wanted: `−1 ± ${SLOPE_TOLERANCE}`,
        measured: digits(fit?.slope, 3),
        held: Math.abs((fit?.slope ?? NaN) + 1) <= SLOPE_TOLERANCE,
      },
      {
        what: "residual standard deviation",
        wanted: `at most ${RESIDUAL_MS}`,
        measured: digits(fit?.residualStandardDeviationMs, 2),
        held: (fit?.residualStandardDeviationMs ?? Infinity) <= RESIDUAL_MS,
      },
      {
        what: "injections within ± 3 ms of the wanted phase",
        wanted: `at least ${PHASE_HITS} of ${TRIALS}`,
        measured: `${hits} of ${counted.length}`,
        held: hits >= PHASE_HITS,
      },
    ],
    method: `Advert interval 100 ms, priorities 250 and 240, 200 fresh connections a second without service time, ${TRIALS} trials with stratified phase. ${provenance(record)}`,
  };
}

function resolution(record: RunRecord, trial: TrialRecord): number {
  const { ratePerSecond } = record.load;
  if (trial.quality === null) return 1_000 / ratePerSecond;
  return judgeQuality(trial.quality, { smallestBoundMs: null, ratePerSecond, baselineFailures: 0 })
    .resolutionMs;
}
