import { NUMBER_FORMATS } from "../../report/format.ts";
import { MARKS, type MarkName } from "../../report/record.ts";
import type { CellRecord, FailoverRecord } from "../record.ts";

const MARK_TITLES: Readonly<Record<MarkName, string>> = {
  armed: "steady state reached",
  injected: "fault takes effect",
  impact: "first request fails",
  detected: "peer decides to take over",
  elected: "peer has the address",
  moved: "client has learnt the new way",
  recovered: "first success over the new way",
  stable: "recovery is stable",
};

/** `P3 peer decides to take over`. */
export function markTitle(name: MarkName): { readonly id: string; readonly title: string } {
  return { id: `P${MARKS.indexOf(name)}`, title: MARK_TITLES[name] };
}

/** Where a cell's outage lies beside what is commonly promised; plain words. */
export function besidePromise(
  cell: CellRecord,
  { lowMs, highMs }: FailoverRecord["promised"],
): string {
  const { outage, notOver, counted } = cell;
  if (counted === 0) return "no trial can be trusted";
  if (notOver === counted) return "not over while it was observed: outside of any promise";
  if (notOver > 0) return "not over in some trials: outside of any promise";
  if (outage === null) return "nothing measured";
  if (outage.max === 0) return "no request failed: nothing to promise";
  if (outage.max < lowMs) return `faster than promised, in ${everyTrial([cell])}`;
  if (outage.max <= highMs) {
    return outage.min < lowMs ? "as promised or faster" : "as promised";
  }
  return outage.min > highMs ? "slower than promised" : "slower than promised in some trials";
}

/** `1 to 5 s`. */
export function promiseText({ lowMs, highMs }: FailoverRecord["promised"]): string {
  return `${lowMs / 1_000} to ${highMs / 1_000} s`;
}

/** One sentence over all cells, of counts alone. */
export function summaryText(record: FailoverRecord): string {
  const judged = record.cells.filter(({ counted }) => counted > 0);
  const over = judged.filter(({ notOver, outage }) => notOver === 0 && outage !== null);
  const unharmed = over.filter(({ outage }) => outage?.max === 0);
  const late = over.filter(({ outage }) => (outage?.max ?? 0) >= record.promised.lowMs);
  const quick = over.filter((cell) => !unharmed.includes(cell) && !late.includes(cell));
  const never = judged.filter(({ notOver }) => notOver > 0);
  const some = (list: readonly CellRecord[]) => list.map(({ title }) => title).join(", ");
  const parts = [
    ...(quick.length > 0
      ? [
          `Shorter than the promised ${promiseText(record.promised)} in ${everyTrial(quick)}: ${some(quick)}.`,
        ]
      : []),
    ...(unharmed.length > 0 ? [`No request failed: ${some(unharmed)}.`] : []),
    ...(late.length > 0 ? [`As long as promised, or longer, in some trials: ${some(late)}.`] : []),
    ...never.map(({ title, without }) =>
      without === ""
        ? `Not over in some trials: ${title}.`
        : `Not over by itself: ${title}; predicted ${without}.`,
    ),
    ...(judged.length < record.cells.length
      ? [`Not measured: ${some(record.cells.filter(({ counted }) => counted === 0))}.`]
      : []),
  ];
  return parts.join(" ");
}

function everyTrial(cells: readonly CellRecord[]): string {
  return cells.some(({ notCounted }) => notCounted > 0) ? "every trial that counts" : "every trial";
}

/** `3 of 494`; a dash where no trial counts. */
export function failedText({ counted, probes }: CellRecord): string {
  const { count } = NUMBER_FORMATS;
  return counted === 0 ? "–" : `${count(probes.failed)} of ${count(probes.sent)}`;
}

/** `p50 243.1 ms, p74 …`; or why there are none. */
export function percentilesText({ percentiles }: CellRecord): string {
  if (percentiles.length === 0) return "–";
  return percentiles
    .map(({ q, valueMs }) => `${NUMBER_FORMATS.quantile(q)} ${NUMBER_FORMATS.ms(valueMs)}`)
    .join(", ");
}

/** Why not all cells are in the report, one sentence each. */
export function missingTexts({ notRun, left }: FailoverRecord): readonly string[] {
  return [
    ...(notRun.length === 0 ? [] : [`Stopped before: ${notRun.join(", ")}.`]),
    ...left.map(({ title, reason }) => `Not possible here: ${title}; ${reason}.`),
  ];
}
