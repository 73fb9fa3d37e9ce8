import { card } from "../../report/html/card.ts";
import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import { scrolling } from "../../report/html/scrolling.ts";
import type { Cell, FaultResult } from "../record.ts";
import { cellId } from "../simulate-cells.ts";
import { METRIC_FORMATS } from "./numbers.ts";
import type { RecordPrinter } from "./record-printer.ts";

/** What was run in real labs, cell by cell beside its simulation; nothing when all was simulated. */
export function liveCard(print: RecordPrinter): Markup {
  const { live: summary, metric, faults } = print.record;
  if (summary === null) return NOTHING;
  const { difference, differenceUnit } = METRIC_FORMATS[metric];
  const rows = faults.flatMap((fault, column) =>
    fault.cells.flatMap((cell, row) =>
      cell.live === null ? [] : [rowOf(print, fault, cell, `/faults/${column}/cells/${row}`)],
    ),
  );
  return card(
    "live",
    "Live and simulated",
    html`<p>
        ${print.num("/live/trials", "count")} runs in a real lab took
        ${print.num("/live/spentMs", "duration")} of ${print.num("/live/budgetMs", "duration")}.
        Live less simulated, median over the cells: ${print.num("/live/medianDelta", difference)}
        ${differenceUnit}.
      </p>
      ${rows.length === 0 ? NOTHING : table(rows, differenceUnit)}
      <ul class="caption">
        ${summary.failed.map(({ fault, policy, reason }) => html`<li>not measured: ${policy} under ${fixed(`${fault}: ${reason}`)}</li>`)}
        ${summary.left.map(({ what, reason }) => html`<li>not live: ${fixed(`${what}: ${reason}`)}</li>`)}
      </ul>`,
  );
}

function table(rows: readonly Markup[], unit: string): Markup {
  return html`${scrolling(
      html`<table class="lives">
        <thead>
          <tr>
            <th>fault</th>
            <th>policy</th>
            <th class="n">live runs</th>
            <th class="n">live</th>
            <th class="n">simulated</th>
            <th class="n">shift, ${unit}</th>
            <th class="n">p</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
      "Live cells",
    )}
    <p class="caption">
      Live and simulated are medians. The shift is the median difference between a live and a
      simulated run (Hodges–Lehmann), p is that of Mann–Whitney’s test.
    </p>`;
}

function rowOf(print: RecordPrinter, fault: FaultResult, cell: Cell, pointer: string): Markup {
  const { value, difference } = METRIC_FORMATS[print.record.metric];
  return html`<tr>
    <td>${fixed(fault.id)}</td>
    <th scope="row">
      <a href="${`#${cellId({ fault: fault.id, policy: cell.policy })}`}">${fixed(cell.policy)}</a>
    </th>
    <td class="n">${fixed(String(cell.live?.runs.length ?? 0))}</td>
    <td class="n strong">${print.num(`${pointer}/live/median`, value)}</td>
    <td class="n">${print.num(`${pointer}/value/median`, value)}</td>
    <td class="n">${print.num(`${pointer}/live/delta`, difference)}</td>
    <td class="n">${print.num(`${pointer}/live/pValue`, "p-value")}</td>
  </tr>`;
}

function fixed(text: string): Markup {
  return html`<span data-static>${text}</span>`;
}
