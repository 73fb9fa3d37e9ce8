import { bothWidths, card } from "./card.ts";
import { latencyScatter } from "./latency-scatter.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { outcomeKey } from "./outcome-table.ts";
import { fixed, when, type Printer } from "./printer.ts";
import { RATES, ratePlot } from "./rate-plot.ts";
import { binQuery, COUNTED, quantileQuery, timeAxis, type TimeAxis } from "./time-bins.ts";

/** Every request of every trial over time: how long it took, how it ended, and how many there were. */
export function requestsCard(print: Printer): Markup {
  const time = timeAxis(print);
  if (time === null) return NOTHING;
  const outcomes = Map.groupBy(print.references.probes.rows(COUNTED), ({ probe }) => probe.outcome);
  const common = [...outcomes].toSorted(([, a], [, b]) => b.length - a.length);
  return card(
    "requests",
    "Requests over time",
    html`<p class="caption">
        One dot a request, from when it was meant to start to when it ended; all trials that count
        on each other, aligned at the fault. Dots that would cover each other are drawn once. A
        request that failed took as long as it took to fail. The shaded stretch is the time during
        which the fault was active in the median trial.
      </p>
      <ul class="legend">
        ${common.map(([outcome]) => html`<li>${outcomeKey(outcome)}</li>`)}
        <li><i class="l-median"></i>${fixed("p50")} of those answered</li>
        <li>
          <i class="l-upper"></i
          >${time.upper.name === "p99" ? html`${fixed("p99")}` : html`slowest`} of them
        </li>
      </ul>
      ${bothWidths((width) => html`${latencyScatter(print, time, width)}${ratePlot(print, time, width)}`, 1060)}
      <ul class="legend">
        ${RATES.map(({ name }) => html`<li><i class="${`l-rate-${name}`}"></i>${name}</li>`)}
      </ul>
      <details>
        <summary>Data of these plots</summary>
        <div class="scroll">${binsTable(print, time)}</div>
        <p class="caption">
          Rates are means over the trials that were probed all the time of their
          row.${when(time.upper.name === "slowest", () => html` A ${fixed("p99")} needs more answers in a step than there are.`)}
        </p>
      </details>`,
  );
}

function binsTable(print: Printer, time: TimeAxis): Markup {
  return html`<table>
    <thead>
      <tr>
        <th>ms after ${fixed("P1")}</th>
        ${RATES.map(({ name }) => html`<th class="n">${name} a second</th>`)}
        <th class="n">answered</th>
        <th class="n">${fixed("p50")} ms</th>
        <th class="n">
          ${time.upper.name === "p99" ? html`${fixed("p99")} ms` : html`slowest ms`}
        </th>
      </tr>
    </thead>
    <tbody>
      ${time.bins.map(
        (bin) =>
          html`<tr>
            <th scope="row" class="axis">
              ${fixed(`${bin.fromMs.toLocaleString("en-US")} … ${bin.toMs.toLocaleString("en-US")}`)}
            </th>
            ${RATES.map(({ query }) => html`<td class="n">${print.num(binQuery(bin, "rate", query), "count")}</td>`)}
            <td class="n">${print.num(binQuery(bin, "probes", "outcome=ok"), "count")}</td>
            ${[0.5, time.upper.q].map((q) => {
              const query = quantileQuery(print, bin, q);
              return html`<td class="n">
                ${query === null ? html`<span class="none">too few</span>` : print.num(query, "ms-bare")}
              </td>`;
            })}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
