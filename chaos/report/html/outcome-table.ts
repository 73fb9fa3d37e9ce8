import { OUTCOMES } from "../../measurement/probe.ts";
import { html, type Markup } from "./markup.ts";
import type { Printer } from "./printer.ts";
import { scrolling } from "./scrolling.ts";

/** How the probes ended, by when they were meant to start. */
export function outcomesTable(print: Printer): Markup {
  const { trials } = print.run.record;
  const seen = OUTCOMES.filter((outcome) =>
    trials.some((trial) => trial.probes.byOutcome[outcome] > 0),
  );
  if (seen.length === 0) return html`<p class="none">No probe was sent.</p>`;
  const streamed = print.run.probes.length > 0;
  const sum = (key: string): Markup => print.num(`sum:/trials/@/probes/${key}`, "count");
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th>outcome</th>
          ${
            streamed
              ? html`<th class="n">before the fault</th>
                  <th class="n">during the outage</th>
                  <th class="n">after the recovery</th>`
              : null
          }
          <th class="n">all</th>
        </tr>
      </thead>
      <tbody>
        ${seen.map(
          (outcome) =>
            html`<tr>
              <th scope="row">${outcomeKey(outcome)}</th>
              ${
                streamed
                  ? ["before", "during", "after"].map(
                      (time) =>
                        html`<td class="n">
                          ${print.num(`probes?outcome=${outcome}&when=${time}`, "count")}
                        </td>`,
                    )
                  : null
              }
              <td class="n strong">${sum(`byOutcome/${outcome}`)}</td>
            </tr>`,
        )}
        <tr class="sum">
          <th scope="row">failed</th>
          ${
            streamed
              ? html`<td class="n">${sum("failedBefore")}</td>
                  <td class="n">${sum("failedDuring")}</td>
                  <td class="n">${sum("failedAfter")}</td>`
              : null
          }
          <td class="n strong">${print.num(FAILED_PROBES, "count")}</td>
        </tr>
      </tbody>
    </table>`,
    "Outcomes",
  );
}

/** Reference of all failed probes of the run. */
export const FAILED_PROBES =
  "sum:/trials/@/probes/failedBefore+/trials/@/probes/failedDuring+/trials/@/probes/failedAfter";

/** An outcome with its colour, for tables and legends. */
export function outcomeKey(outcome: string): Markup {
  return html`<span class="${`key o-${outcome}`}" aria-hidden="true"></span
    >${outcome.replace("_", " ")}`;
}
