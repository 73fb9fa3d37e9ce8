import { csvOf, type CsvCell } from "./csv.ts";
import type { LoadTrialRecord } from "./load-record.ts";
import {
  MARKS,
  PHASES,
  type MarkName,
  type PhaseId,
  type RunRecord,
  type TrialRecord,
} from "./record.ts";

/** A column: its name, which carries the unit, and what it takes from a trial. */
type Column = readonly [name: string, of: (trial: TrialRecord) => CsvCell];

const COLUMNS: readonly Column[] = [
  ["trial", ({ index }) => index],
  ["repeats_trial", ({ repeats }) => repeats],
  ["seed", ({ seed }) => seed],
  ["verdict", ({ verdict }) => verdict],
  ["spoilt", ({ spoilt }) => spoilt],
  ["aborted_by", ({ abortedBy }) => abortedBy],
  ["target", ({ target }) => target],
  ["heartbeat", ({ phase }) => phase.of],
  ["period_ms", ({ phase }) => phase.periodMs],
  ["wanted_phase_ms", ({ phase }) => phase.wantedMs],
  ["achieved_phase_ms", ({ phase }) => phase.achieved.value],
  ...MARKS.map((name: MarkName): Column => [`${name}_at_ms`, ({ marks }) => marks[name].atMs]),
  ...PHASES.map(({ id }: { id: PhaseId }): Column => [
    `${id}_ms`,
    ({ phases }) => phases[id].value,
  ]),
  ["outage_ms", ({ outage }) => outage.value],
  ["client_gap_ms", ({ clientGap }) => clientGap.value],
  ["probes_sent", ({ probes }) => probes.sent],
  ["probes_failed_before", ({ probes }) => probes.failedBefore],
  ["probes_failed_during", ({ probes }) => probes.failedDuring],
  ["probes_failed_after", ({ probes }) => probes.failedAfter],
  ["prober_lag_p99_ms", ({ quality }) => quality?.lagP99Ms ?? null],
  ["stolen_ms", ({ stolenMs }) => stolenMs],
  ["deploy_ms", ({ deployMs }) => deployMs],
];

/**
 * One line a trial, with a header: seed, verdict, phases, marks after P1, what was sent, also by loads
 * beside the main one, and what each objective measured. What is not known stays empty. Numbers are as exact as the record has them.
 */
export function renderTrialsCsv({ trials, objectives, alongside }: RunRecord): string {
  const columns: readonly Column[] = [
    ...COLUMNS,
    ...alongside.flatMap(({ id }) => loadColumns(id)),
    ...objectives.flatMap(({ id, unit }): Column[] => [
      [`objective_${id}_${unit}`, (trial) => trial.objectives[id]?.measured.value ?? null],
      [`objective_${id}_verdict`, (trial) => trial.objectives[id]?.verdict ?? null],
    ]),
    ["reasons", ({ reasons }) => (reasons.length === 0 ? null : reasons.join("; "))],
  ];
  return csvOf([
    columns.map(([name]) => name),
    ...trials.map((trial) => columns.map(([, of]) => of(trial))),
  ]);
}

/** What was sent by a load beside the main one. */
function loadColumns(id: string): Column[] {
  const of = ({ alongside }: TrialRecord): LoadTrialRecord | undefined =>
    alongside.find((load) => load.id === id);
  const name = (what: string): string => `load_${id}_${what}`;
  return [
    [name("sent"), (trial) => of(trial)?.probes.sent ?? null],
    [name("failed_before"), (trial) => of(trial)?.probes.failedBefore ?? null],
    [name("failed_during"), (trial) => of(trial)?.probes.failedDuring ?? null],
    [name("failed_after"), (trial) => of(trial)?.probes.failedAfter ?? null],
    [name("prober_lag_p99_ms"), (trial) => of(trial)?.quality?.lagP99Ms ?? null],
  ];
}
