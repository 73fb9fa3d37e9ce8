import { html, type Markup } from "../../report/html/markup.ts";
import { scrolling } from "../../report/html/scrolling.ts";
import type { FaultResult } from "../record.ts";
import { cellDetails } from "./cell-details.ts";
import { METRIC_FORMATS } from "./numbers.ts";
import type { RecordPrinter } from "./record-printer.ts";
import { spreadAxis, spreadPlot, spreadScale } from "./spread-plot.ts";
import { byRank, VERDICTS, winnerOf } from "./words.ts";

/** All policies under one fault by rank, with the distribution of their runs, and each one's cell. */
export function faultSection(print: RecordPrinter, fault: FaultResult, position: number): Markup {
  const { metric, baseline, policies } = print.record;
  const { value, difference, differenceUnit } = METRIC_FORMATS[metric];
  const x = spreadScale(fault, metric);
  const inOrder = byRank(fault);
  return html`<section class="card" id="${fault.id}">
    <h2>${fault.id}</h2>
    <p class="caption">${spelt(fault.title)}</p>
    <p class="hypothesis">Expected: ${fault.hypothesis}</p>
    <p class="winner">${winnerOf(fault)}</p>
    ${scrolling(
      html`<table class="ranking">
        <thead>
          <tr>
            <th class="n">rank</th>
            <th>policy</th>
            <th class="n">median</th>
            <th class="spread">${spreadAxis(metric, x)}</th>
            <th class="n">less ${baseline}, ${differenceUnit}</th>
            <th class="n">p</th>
            <th>verdict</th>
          </tr>
        </thead>
        <tbody>
          ${inOrder.map(({ cell, index }) => {
            const pointer = `/faults/${position}/cells/${index}`;
            const other = `${pointer}/againstBaseline`;
            const compared = cell.againstBaseline;
            return html`<tr>
              <td class="n">${print.num(`${pointer}/rank`, "plain")}</td>
              <th scope="row">
                <a href="${`#${fault.id}--${cell.policy}`}">${cell.policy}</a
                ><span class="knows">knows ${policies[index]?.knows ?? ""}</span>
              </th>
              <td class="n strong">${print.num(`${pointer}/value/median`, value)}</td>
              <td class="spread">${spreadPlot(cell, metric, x)}</td>
              ${
                compared === null
                  ? html`<td colspan="2"></td>
                      <td class="none">baseline</td>`
                  : html`<td class="n">
                        ${print.num(`${other}/median`, difference)}
                        <span class="message"
                          >[${print.num(`${other}/low`, difference)},
                          ${print.num(`${other}/high`, difference)}]</span
                        >
                      </td>
                      <td class="n">${print.num(`${other}/correctedPValue`, "p-value")}</td>
                      <td class="${`verdict verdict-${compared.verdict}`}">
                        <span aria-hidden="true">${VERDICTS[compared.verdict].sign}</span>
                        ${VERDICTS[compared.verdict].word}
                        <span class="message">${compared.effect} effect</span>
                      </td>`
              }
            </tr>`;
          })}
        </tbody>
      </table>`,
      `Ranks under ${fault.id}`,
    )}
    <p class="caption">
      Dots are runs, the line is their median and the bar its interval,
      <span data-static>95 %</span
      >${fault.cells.some(({ live }) => live !== null) ? "; rings are live runs" : ""}. Differences
      are those of runs under one seed; p is corrected for the number of policies.
    </p>
    <details class="cells">
      <summary>The runs of each policy</summary>
      ${inOrder.map(({ cell, index }) =>
        cellDetails(print, `/faults/${position}/cells/${index}`, fault, cell),
      )}
    </details>
  </section>`;
}

/** Titles carry digits that are the fault's own words. */
function spelt(title: string): Markup {
  return html`<span data-static>${title}</span>`;
}
