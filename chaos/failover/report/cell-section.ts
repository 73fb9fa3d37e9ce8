import { bothWidths, card } from "../../report/html/card.ts";
import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import { scrolling } from "../../report/html/scrolling.ts";
import type { PointerPrinter } from "../../report/html/pointer-printer.ts";
import type { CellRecord, FailoverRecord } from "../record.ts";
import { phaseDots } from "./phase-dots.ts";
import { besidePromise, markTitle } from "./words.ts";

/** One cell: what happened, every phase beside its window, and each trial. */
export function cellSection(
  print: PointerPrinter<FailoverRecord>,
  cell: CellRecord,
  position: number,
): Markup {
  const plotted = phaseDots(print, position, 500) !== NOTHING;
  const facts = factsList(print, cell, position);
  return card(
    cell.id,
    cell.title,
    html`<p class="caption">${cell.explanation}</p>
      <p>
        ${print.verdict(cell.verdict)}
        <span class="beside">${print.fixed(besidePromise(cell, print.record.promised))}</span>
      </p>
      ${
        cell.reasons.length === 0
          ? NOTHING
          : html`<ul class="reasons">
              ${cell.reasons.slice(0, SHOWN_REASONS).map((reason) => html`<li>${print.fixed(reason)}</li>`)}${cell.reasons.length > SHOWN_REASONS ? html`<li>and more: see the run's own report</li>` : NOTHING}
            </ul>`
      }
      ${
        plotted
          ? html`<div class="pair">
              <div>${facts}</div>
              <div>${bothWidths((width) => phaseDots(print, position, width), 500)}</div>
            </div>`
          : facts
      }
      ${scrolling(marksTable(print, cell, position), `Phases of ${cell.title}`)}
      <details>
        <summary>Trials</summary>
        ${scrolling(trialsTable(print, cell, position), `Trials of ${cell.title}`)}
      </details>
      <p class="caption">
        <a href="${cell.run.report}">The run's own report</a> has timelines, evidence and every
        probe.
      </p>`,
  );
}

/** `3 of 494`, of the trials that count; a dash where there are none. */
export function failedOf(
  print: PointerPrinter<FailoverRecord>,
  { counted }: CellRecord,
  position: number,
): Markup {
  if (counted === 0) return html`–`;
  const at = `/cells/${position}/probes`;
  return html`${print.num(`${at}/failed`, "count")} of ${print.num(`${at}/sent`, "count")}`;
}

const SHOWN_REASONS = 4;

function factsList(
  print: PointerPrinter<FailoverRecord>,
  cell: CellRecord,
  position: number,
): Markup {
  const at = `/cells/${position}`;
  const { outage, predicted } = cell;
  const row = (name: string, value: Markup | string): Markup =>
    html`<tr>
      <th scope="row">${name}</th>
      <td>${value}</td>
    </tr>`;
  return html`<table class="pairs">
    <tbody>
      ${row(
        "outage",
        outage === null
          ? cell.notOver > 0
            ? html`not over when observation ended`
            : "nothing measured"
          : html`<b>${print.num(`${at}/outage/median`, "ms")}</b> median,
              ${print.num(`${at}/outage/min`, "ms-bare")} to ${print.num(`${at}/outage/max`, "ms")}`,
      )}
      ${row(
        "predicted",
        predicted === null
          ? cell.without
          : html`<span class="predicted-text"
              >${print.num(`${at}/predicted/floorMs`, "ms-bare")} to
              ${print.num(`${at}/predicted/ceilingMs`, "ms")}, mean
              ${print.num(`${at}/predicted/meanMs`, "ms")}</span
            >`,
      )}
      ${predicted === null ? NOTHING : row("because", html`<span class="message">${print.fixed(`${predicted.because}; ${predicted.source}`)}</span>`)}
      ${
        outage === null
          ? NOTHING
          : row(
              "median lies",
              outage.medianInterval === null
                ? html`${print.fixed("fewer than 6 trials: no interval can be given")}`
                : html`from ${print.num(`${at}/outage/medianInterval/low`, "ms-bare")} to
                  ${print.num(`${at}/outage/medianInterval/high`, "ms")}, with
                  ${print.num(`${at}/outage/medianInterval/confidence`, "percent")} confidence`,
            )
      }
      ${
        cell.percentiles.length === 0
          ? NOTHING
          : row(
              "percentiles",
              html`${cell.percentiles.map((_, index) => html`${index === 0 ? "" : ", "}${print.num(`${at}/percentiles/${index}/q`, "quantile")} ${print.num(`${at}/percentiles/${index}/valueMs`, "ms")}`)};
              so few trials support none above
              ${print.num(`${at}/outage/supportsQuantile`, "quantile")}`,
            )
      }
      ${
        cell.phaseFit === null
          ? NOTHING
          : row(
              "against phase",
              html`slope ${print.num(`${at}/phaseFit/slope`, "slope")}, theory ${print.fixed("−1")}`,
            )
      }
      ${row(
        "failed requests",
        html`${failedOf(print, cell, position)}${cell.failed === null || cell.counted < 2 ? NOTHING : html`; ${print.num(`${at}/failed/min`, "count")} to ${print.num(`${at}/failed/max`, "count")} a trial`}`,
      )}
      ${row(
        "trials",
        html`N =
        ${print.num(`${at}/counted`, "count")}${cell.notCounted === 0 ? NOTHING : html`; left out because they cannot be trusted: ${print.num(`${at}/notCounted`, "count")}`}`,
      )}
    </tbody>
  </table>`;
}

function marksTable(
  print: PointerPrinter<FailoverRecord>,
  cell: CellRecord,
  position: number,
): Markup {
  return html`<table>
    <thead>
      <tr>
        <th rowspan="2">phase, ms after ${print.fixed("P1")}</th>
        <th class="g" colspan="3">predicted</th>
        <th class="g" colspan="4">measured</th>
      </tr>
      <tr>
        <th class="n">floor</th>
        <th class="n">mean</th>
        <th class="n">ceiling</th>
        <th class="n">min</th>
        <th class="n">median</th>
        <th class="n">max</th>
        <th class="n">N</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <th scope="row">${print.fixed("P1")} fault takes effect</th>
        <td class="n none" colspan="7">by definition ${print.fixed("0")}</td>
      </tr>
      ${cell.marks.map((mark, index) => {
        const at = `/cells/${position}/marks/${index}`;
        const { id, title } = markTitle(mark.name);
        return html`<tr>
          <th scope="row">${print.fixed(id)} ${title}</th>
          ${["floorMs", "meanMs", "ceilingMs"].map((key) => html`<td class="n predicted-text">${print.num(`${at}/predicted/${key}`, "ms-bare")}</td>`)}
          ${
            mark.summary === null
              ? html`<td class="none prose beside-window" colspan="4">
                  ${print.fixed(mark.reason ?? "–")}
                </td>`
              : html`${["min", "median", "max"].map((key) => html`<td class="${key === "median" ? "n strong" : "n"}">${print.num(`${at}/summary/${key}`, "ms-bare")}</td>`)}
                  <td class="n">${print.num(`${at}/summary/n`, "count")}</td>`
          }
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function trialsTable(
  print: PointerPrinter<FailoverRecord>,
  cell: CellRecord,
  position: number,
): Markup {
  return html`<table>
    <thead>
      <tr>
        <th>trial</th>
        <th>verdict</th>
        <th class="n">phase ms</th>
        <th class="n">outage ms</th>
        <th class="n">failed</th>
        <th class="n">sent</th>
        <th></th>
      </tr>
    </thead>
    <tbody>
      ${cell.trials.map((trial, index) => {
        const at = `/cells/${position}/trials/${index}`;
        return html`<tr class="${trial.counts ? "counts" : "left-out"}">
          <th scope="row">${print.num(`${at}/index`, "plain")}</th>
          <td>${print.verdict(trial.verdict)}</td>
          <td class="n">${print.num(`${at}/phaseMs`, "ms-bare")}</td>
          <td class="n">
            ${trial.atLeastMs === null ? print.num(`${at}/outageMs`, "ms-bare") : html`over ${print.num(`${at}/atLeastMs`, "ms-bare")}`}
          </td>
          <td class="n">${print.num(`${at}/failed`, "count")}</td>
          <td class="n">${print.num(`${at}/sent`, "count")}</td>
          <td class="message">
            ${trial.counts ? NOTHING : html`does not count. `}${print.fixed(trial.reasons[0] ?? "")}
          </td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}
