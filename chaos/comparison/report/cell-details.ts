import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import { scrolling } from "../../report/html/scrolling.ts";
import type { Cell, FaultResult } from "../record.ts";
import { cellId } from "../simulate-cells.ts";
import { METRIC_FORMATS } from "./numbers.ts";
import type { RecordPrinter } from "./record-printer.ts";

/** Everything that is known of one cell, down to its runs; closed until somebody asks. */
export function cellDetails(
  print: RecordPrinter,
  pointer: string,
  fault: FaultResult,
  cell: Cell,
): Markup {
  const { value, difference, differenceUnit } = METRIC_FORMATS[print.record.metric];
  const other = `${pointer}/againstBaseline`;
  return html`<details id="${cellId({ fault: fault.id, policy: cell.policy })}">
    <summary>${cell.policy} under ${fault.id}: every run</summary>
    <p class="facts">
      <span>median <b>${print.num(`${pointer}/value/median`, value)}</b></span>
      <span
        >of the median, <span data-static>95 %</span>:
        <b>${print.range(`${pointer}/value`, value)}</b></span
      >
      <span>p50 <b>${print.num(`${pointer}/p50Ms`, "ms")}</b></span>
      <span>p99 <b>${print.num(`${pointer}/p99Ms`, "ms")}</b></span>
      <span>failed <b>${print.num(`${pointer}/failedShare`, "share")}</b></span>
    </p>
    ${
      cell.againstBaseline === null
        ? NOTHING
        : html`<p class="facts">
            <span
              >Hodges–Lehmann shift
              <b>${print.num(`${other}/shift`, difference)}</b> ${differenceUnit}</span
            >
            <span>Wilcoxon p <b>${print.num(`${other}/pValue`, "p-value")}</b></span>
            <span>after Holm <b>${print.num(`${other}/correctedPValue`, "p-value")}</b></span>
            <span>Cliff’s delta <b>${print.num(`${other}/delta`, "effect")}</b></span>
            <span><span data-static>A12</span> <b>${print.num(`${other}/a12`, "effect")}</b></span>
            <span>equivalence p <b>${print.num(`${other}/equivalencePValue`, "p-value")}</b></span>
          </p>`
    }
    ${
      cell.live === null
        ? NOTHING
        : html`<p class="facts">
              <span>live median <b>${print.num(`${pointer}/live/median`, value)}</b></span>
              <span
                >live less simulated
                <b>${print.num(`${pointer}/live/delta`, difference)}</b> ${differenceUnit}</span
              >
              <span>Mann–Whitney p <b>${print.num(`${pointer}/live/pValue`, "p-value")}</b></span>
            </p>
            ${runsTable(print, `${pointer}/live/runs`, cell.live.runs.length, "Live runs")}`
    }
    ${runsTable(print, `${pointer}/runs`, cell.runs.length, "Simulated runs")}
  </details>`;
}

function runsTable(print: RecordPrinter, pointer: string, runs: number, label: string): Markup {
  const columns = [
    ["seed", "seed", "plain"],
    ["requests", "requests", "count"],
    ["failed", "failedShare", "share"],
    ["late", "failed/late", "count"],
    ["errors", "failed/errors", "count"],
    ["refused", "failed/refused", "count"],
    ["unserved", "failed/unserved", "count"],
    ["p50", "p50Ms", "ms"],
    ["p99", "p99Ms", "ms"],
  ] as const;
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th>${label}</th>
          ${columns.map(([title]) => html`<th class="n"><span data-static>${title}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${Array.from(
          { length: runs },
          (_, run) =>
            html`<tr>
              <th scope="row">${print.num(`${pointer}/${run}/repetition`, "plain")}</th>
              ${columns.map(([, key, format]) => html`<td class="n">${print.num(`${pointer}/${run}/${key}`, format)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`,
    label,
  );
}
