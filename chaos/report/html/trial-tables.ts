import { MARKS, PHASES } from "../record.ts";
import { html, type Markup } from "./markup.ts";
import { fixed, type Printer } from "./printer.ts";
import { scrolling } from "./scrolling.ts";

/** Every trial: how long it took and in which phase. */
export function trialsTable(print: Printer): Markup {
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th rowspan="2">trial</th>
          <th rowspan="2">verdict</th>
          <th rowspan="2">target</th>
          <th class="n" rowspan="2">phase</th>
          <th class="n" rowspan="2">outage</th>
          <th class="n" rowspan="2">client gap</th>
          <th class="g" colspan="${PHASES.length}">intervals</th>
          <th class="n" rowspan="2">stolen</th>
          <th class="n" rowspan="2">deploy</th>
          <th class="n" rowspan="2">seed</th>
        </tr>
        <tr>
          ${PHASES.map((phase) => html`<th class="n">${phase.id}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${print.run.record.trials.map((trial, position) => {
          const at = `/trials/${position}`;
          return html`<tr>
            ${trialCell(print, position)}
            <td class="nowrap">${print.verdict(trial.verdict)}</td>
            <td>${print.text(`${at}/target`)}</td>
            <td class="n">
              ${missing(print, `${at}/phase/achieved/value`, trial.phase.achieved.reason)}
            </td>
            <td class="n strong">${missing(print, `${at}/outage/value`, trial.outage.reason)}</td>
            <td class="n">${missing(print, `${at}/clientGap/value`, trial.clientGap.reason)}</td>
            ${PHASES.map((phase) => html`<td class="n">${missing(print, `${at}/phases/${phase.id}/value`, trial.phases[phase.id].reason)}</td>`)}
            <td class="n">${print.num(`${at}/stolenMs`, "ms-bare")}</td>
            <td class="n">${print.num(`${at}/deployMs`, "ms-bare")}</td>
            <td class="n">${print.num(`${at}/seed`, "plain")}</td>
          </tr>`;
        })}
      </tbody>
    </table>`,
    "Trials",
  );
}

/** Every trial: its marks and its probes. */
export function trialMarksTable(print: Printer): Markup {
  const marks = MARKS.filter((name) => name !== "armed" && name !== "injected");
  const counts = ["sent", "failedBefore", "failedDuring", "failedAfter", "inFlightAtFault"];
  return scrolling(
    html`<table>
      <thead>
        <tr>
          <th rowspan="2">trial</th>
          <th class="g" colspan="${marks.length}">marks</th>
          <th class="g" colspan="${counts.length}">probes</th>
        </tr>
        <tr>
          ${marks.map((name) => html`<th class="n">${fixed(`P${MARKS.indexOf(name)}`)} ${name}</th>`)}
          <th class="n">sent</th>
          <th class="n">failed before</th>
          <th class="n">during</th>
          <th class="n">after</th>
          <th class="n">in flight</th>
        </tr>
      </thead>
      <tbody>
        ${print.run.record.trials.map((trial, position) => {
          const at = `/trials/${position}`;
          return html`<tr>
            ${trialCell(print, position)}${marks.map((name) => {
              const mark = trial.marks[name];
              return html`<td class="n">
                ${missing(print, `${at}/marks/${name}/atMs`, mark.atMs === null ? mark.reason : undefined)}
              </td>`;
            })}${counts.map((key) => html`<td class="n">${print.num(`${at}/probes/${key}`, "count")}</td>`)}
          </tr>`;
        })}
      </tbody>
    </table>`,
    "Marks and probes of the trials",
  );
}

function trialCell(print: Printer, position: number): Markup {
  const index = print.run.record.trials[position]?.index ?? 0;
  return html`<th scope="row">
    <a href="${`#trial-${index}`}">${print.num(`/trials/${position}/index`, "plain")}</a>
  </th>`;
}

/** A number, or a dash; the reason is in full in the trial's own section. */
function missing(print: Printer, reference: string, reason: string | undefined): Markup {
  if (reason === undefined) return print.num(reference, "ms-bare");
  return html`<span class="none" title="${reason}">${print.num(reference, "ms-bare")}</span>`;
}
