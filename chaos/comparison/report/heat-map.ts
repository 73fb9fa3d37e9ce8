import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import { scrolling } from "../../report/html/scrolling.ts";
import type { Cell, FaultResult } from "../record.ts";
import { cellId } from "../simulate-cells.ts";
import { METRIC_FORMATS } from "./numbers.ts";
import type { RecordPrinter } from "./record-printer.ts";

const LEVELS = 9;

/** Policies × faults: each cell with its colour, its number and its rank, and a way to its runs. */
export function heatMap(print: RecordPrinter): Markup {
  const { faults, policies, baseline } = print.record;
  const level = levelsOf(faults);
  return html`${scale()}${scrolling(
    html`<table class="heat">
      <thead>
        <tr>
          <th></th>
          ${faults.map(({ id }) => html`<th scope="col"><a href="${`#${id}`}">${id}</a></th>`)}
        </tr>
      </thead>
      <tbody>
        ${policies.map(
          ({ policy }, row) =>
            html`<tr>
              <th scope="row">
                ${policy}${policy === baseline ? html`<span class="baseline">baseline</span>` : NOTHING}
              </th>
              ${faults.map((fault, column) => cellOf(print, fault, [column, row], level))}
            </tr>`,
        )}
      </tbody>
    </table>`,
    "All cells",
  )}`;
}

function cellOf(
  print: RecordPrinter,
  fault: FaultResult,
  [column, row]: readonly [number, number],
  level: (cell: Cell) => string,
): Markup {
  const cell = fault.cells[row];
  if (cell === undefined) return html`<td></td>`;
  const pointer = `/faults/${column}/cells/${row}`;
  const { value } = METRIC_FORMATS[print.record.metric];
  const classes = [
    ...(cell.rank === 1 ? ["first"] : []),
    ...(cell.policy === fault.simplest ? ["simplest"] : []),
  ].join(" ");
  return html`<td class="${classes}">
    <a class="${level(cell)}" href="${`#${cellId({ fault: fault.id, policy: cell.policy })}`}"
      ><b>${print.num(`${pointer}/value/median`, value)}</b
      ><span class="rank">rank ${print.num(`${pointer}/rank`, "plain")}</span>${
        cell.live === null
          ? NOTHING
          : html`<span class="lived">live ${print.num(`${pointer}/live/median`, value)}</span>`
      }</a
    >
  </td>`;
}

/** The colour of a cell: by its value on one scale for all faults, whose root spreads small values. */
function levelsOf(faults: readonly FaultResult[]): (cell: Cell) => string {
  const values = faults.flatMap(({ cells }) => cells.flatMap(({ value }) => value?.median ?? []));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return ({ value }) => {
    if (value === null) return "h-none";
    const share = most > least ? (value.median - least) / (most - least) : 0;
    return `h${Math.round(Math.sqrt(share) * (LEVELS - 1))}`;
  };
}

function scale(): Markup {
  const steps = Array.from({ length: LEVELS }, (_, level) => html`<i class="${`h${level}`}"></i>`);
  return html`<div class="scale">
    <span>well<span class="steps" aria-hidden="true">${steps}</span>badly</span>
    <span
      ><span class="mark" aria-hidden="true"></span>the simplest policy that shares the first
      rank</span
    >
  </div>`;
}
