import { html, NOTHING, type Markup } from "./markup.ts";
import type { Printer } from "./printer.ts";
import { scrolling } from "./scrolling.ts";

/** What was promised, what theory allows, what was measured, and the judgement. */
export function objectivesTable(print: Printer): Markup {
  const { objectives } = print.run.record;
  if (objectives.length === 0) return html`<p class="none">The record holds no objective.</p>`;
  return scrolling(
    html`<table class="objectives">
      <thead>
        <tr>
          <th>verdict</th>
          <th>objective</th>
          <th>statistic</th>
          <th>bound</th>
          <th>predicted</th>
          <th class="n">min</th>
          <th class="n">median</th>
          <th class="n">max</th>
          <th class="n">trials</th>
        </tr>
      </thead>
      <tbody>
        ${objectives.map((objective, position) => {
          const at = `/objectives/${position}`;
          const unit = objective.unit;
          return html`<tr>
            <td>${print.verdict(objective.verdict)}</td>
            <th scope="row">
              ${print.text(`${at}/title`)}
              <div class="message">${print.text(`${at}/message`)}</div>
            </th>
            <td>${print.text(`${at}/statistic`)}</td>
            <td class="prose">
              ${print.text(`${at}/bound`)}${
                objective.widenedBy > 0
                  ? html`<div class="message">
                      widened by ${print.inUnit(`${at}/widenedBy`, unit)}
                    </div>`
                  : null
              }
            </td>
            <td>
              ${
                objective.predicted === null
                  ? html`<span class="none">no theory</span>`
                  : html`<span class="nowrap"
                        >${print.num(`${at}/predicted/floorMs`, "ms-bare")} …
                        ${print.num(`${at}/predicted/ceilingMs`, "ms")}</span
                      >
                      <div class="message">
                        mean ${print.num(`${at}/predicted/meanMs`, "ms")} of
                        ${print.text(`${at}/predicted/of`)}
                      </div>`
              }
            </td>
            ${
              objective.summary === null
                ? html`<td class="n none" colspan="3">nothing measured</td>`
                : ["min", "median", "max"].map(
                    (key) => html`<td class="n">${print.inUnit(`${at}/summary/${key}`, unit)}</td>`,
                  )
            }
            <td class="n">
              ${print.num(`${at}/samples`, "count")}
              <div class="message">needs ${print.num(`${at}/minimumSamples`, "count")}</div>
            </td>
          </tr>`;
        })}
      </tbody>
    </table>`,
    "Objectives",
  );
}

/** Where the predicted windows come from. */
export function predictionsTable(print: Printer): Markup {
  const { predictions } = print.run.record;
  if (predictions.length === 0) return NOTHING;
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th>predicted</th>
          <th class="n">floor</th>
          <th class="n">mean</th>
          <th class="n">ceiling</th>
          <th>because</th>
          <th>source</th>
        </tr>
      </thead>
      <tbody>
        ${predictions.map((_, position) => {
          const at = `/predictions/${position}`;
          return html`<tr>
            <th scope="row">${print.text(`${at}/of`)}</th>
            ${["floorMs", "meanMs", "ceilingMs"].map((key) => html`<td class="n">${print.num(`${at}/${key}`, "ms")}</td>`)}
            <td class="prose">${print.text(`${at}/because`)}</td>
            <td>${print.text(`${at}/source`)}</td>
          </tr>`;
        })}
      </tbody>
    </table>`,
    "Predictions",
  );
}
