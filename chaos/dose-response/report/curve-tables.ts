import { doseText } from "../dose.ts";
import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import type { PointerPrinter } from "../../report/html/pointer-printer.ts";
import type { DoseResponseRecord } from "../record.ts";
import { fitText } from "./words.ts";

/** Every dose of a curve, a line each. */
export function curveTable(print: PointerPrinter<DoseResponseRecord>, position: number): Markup {
  const { record } = print;
  const doses = record.curves[position]?.doses ?? [];
  const format = record.disturbance.unit;
  return html`<table>
    <thead>
      <tr>
        <th class="n">${record.disturbance.axis}</th>
        <th class="n">moved</th>
        <th class="n">trials</th>
        <th class="n">share</th>
        <th class="n">${print.num("/confidence", "percent")} interval</th>
        <th class="n">predicted</th>
        <th></th>
        <th class="n">moves in all</th>
        <th class="n">first move, ms, median</th>
        <th class="n">dose active, ms</th>
        <th></th>
      </tr>
    </thead>
    <tbody>
      ${doses.map((dose, index) => {
        const at = `/curves/${position}/doses/${index}`;
        return html`<tr class="${dose.dose === 0 ? "zero" : "dose"}">
          <th scope="row" class="n">${print.num(`${at}/dose`, format)}</th>
          <td class="n strong">${print.num(`${at}/moved`, "count")}</td>
          <td class="n">
            ${print.num(`${at}/counted`, "count")}${dose.notCounted === 0 ? NOTHING : html` (${print.num(`${at}/notCounted`, "count")} left out)`}
          </td>
          <td class="n">${print.num(`${at}/share`, "percent")}</td>
          <td class="n">
            ${dose.interval === null ? "–" : html`${print.num(`${at}/interval/low`, "percent")} to ${print.num(`${at}/interval/high`, "percent")}`}
          </td>
          <td class="n predicted-text">${print.num(`${at}/predicted`, "percent")}</td>
          <td class="${dose.fits === false ? "hurt-text nowrap" : "message nowrap"}">
            ${fitText(dose)}
          </td>
          <td class="n">${print.num(`${at}/moves`, "count")}</td>
          <td class="n">${print.num(`${at}/firstMove/median`, "ms-bare")}</td>
          <td class="n">${print.num(`${at}/activeMs`, "ms-bare")}</td>
          <td><a href="${dose.run.report}">run</a></td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

/** Every trial of a curve, those too that do not count. */
export function trialsTable(print: PointerPrinter<DoseResponseRecord>, position: number): Markup {
  const { record } = print;
  const doses = record.curves[position]?.doses ?? [];
  return html`<table>
    <thead>
      <tr>
        <th class="n">dose</th>
        <th class="n">trial</th>
        <th class="n">moves</th>
        <th class="n">first move, ms</th>
        <th class="n">failed</th>
        <th class="n">sent</th>
        <th></th>
      </tr>
    </thead>
    <tbody>
      ${doses.map((dose, index) =>
        dose.trials.map((trial, place) => {
          const at = `/curves/${position}/doses/${index}/trials/${place}`;
          return html`<tr class="${trial.counts ? "counts" : "left-out"}">
            <th scope="row" class="n">
              ${print.fixed(doseText(record.disturbance.unit, dose.dose))}
            </th>
            <td class="n">${print.num(`${at}/index`, "plain")}</td>
            <td class="n">${print.num(`${at}/moves`, "count")}</td>
            <td class="n">${print.num(`${at}/firstMoveMs`, "ms-bare")}</td>
            <td class="n">${print.num(`${at}/failed`, "count")}</td>
            <td class="n">${print.num(`${at}/sent`, "count")}</td>
            <td class="message">
              ${trial.counts ? NOTHING : html`does not count. `}${print.fixed(trial.reasons[0] ?? "")}
            </td>
          </tr>`;
        }),
      )}
    </tbody>
  </table>`;
}
