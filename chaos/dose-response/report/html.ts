import { VERDICT_WORDS } from "../../report/format.ts";
import { bothWidths, card } from "../../report/html/card.ts";
import { html, Markup, NOTHING } from "../../report/html/markup.ts";
import { scrolling } from "../../report/html/scrolling.ts";
import { STYLE } from "../../report/html/style.ts";
import { PointerPrinter } from "../../report/html/pointer-printer.ts";
import type { DoseResponseRecord } from "../record.ts";
import { curvePlot } from "./curve-plot.ts";
import { curveTable, trialsTable } from "./curve-tables.ts";
import { DOSE_RESPONSE_STYLE } from "./style.ts";
import { summaryText } from "./words.ts";

const WIDE = 1060;
const HALF = 510;

/**
 * The dose-response as one HTML file that needs no network and no script: the curves first, each with its
 * table. Light and dark, on paper and on a telephone.
 */
export function renderDoseResponseHtml(record: DoseResponseRecord): string {
  const print = new PointerPrinter(record);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>False failover: ${VERDICT_WORDS[record.verdict].word}</title>
        <style>
          ${new Markup(STYLE + DOSE_RESPONSE_STYLE)}
        </style>
      </head>
      <body>
        ${head(print)}
        <main>
          ${card("curves", "How often the address moved, by dose", curves(print))}
          ${record.curves.map(
            (curve, position) =>
              html`<section class="card" id="${curve.id}">
                <h2>Adverts ${print.fixed(curve.title)}</h2>
                <p class="caption">
                  The peer takes the address ${print.num(`/curves/${position}/silenceMs`, "ms")}
                  after the last advert that it heard.
                </p>
                ${scrolling(curveTable(print, position), `Doses with ${curve.title}`)}
                <details>
                  <summary>Trials</summary>
                  ${scrolling(trialsTable(print, position), `Trials with ${curve.title}`)}
                </details>
              </section>`,
          )}
          ${card("reading", "How to read this", reading(print))} ${environment(print)}
          ${card("again", "Run it again", html`<pre data-static>${record.command}</pre>`)}
        </main>
        <footer>${print.fixed(record.id)}</footer>
      </body>
    </html> `;
  return page.source;
}

function head(print: PointerPrinter<DoseResponseRecord>): Markup {
  const { record } = print;
  const { sign, word } = VERDICT_WORDS[record.verdict];
  return html`<header class="page">
    <div>
      <span class="${`badge v v-${record.verdict}`}"
        ><span aria-hidden="true">${sign}</span>${word}</span
      >
    </div>
    <h1>How often the address moves although nobody died</h1>
    <p class="lead">${print.fixed(summaryText(record))}</p>
    ${
      record.reasons.length === 0
        ? NOTHING
        : html`<ul class="reasons">
            ${record.reasons.map((reason) => html`<li>${print.fixed(reason)}</li>`)}
          </ul>`
    }
    ${record.left.length === 0 ? NOTHING : html`<p class="note">${print.fixed(`Not run: ${record.left.map(({ title, reason }) => `${title} (${reason})`).join("; ")}.`)}</p>`}
    <p class="run">
      <span>${record.disturbance.title}</span
      ><span>each trial disturbed for ${print.num("/exposureMs", "ms")}</span
      ><span>trials of each dose: ${print.num("/trials", "count")}</span
      ><span
        >priorities ${print.num("/priorities/0", "plain")} and
        ${print.num("/priorities/1", "plain")}</span
      >${record.budgetMs === null ? NOTHING : html`<span>budget ${print.num("/budgetMs", "duration")}</span>`}<span
        >seed ${print.num("/seed", "plain")}</span
      ><span>started ${print.fixed(record.startedAt)}</span>
    </p>
  </header>`;
}

function curves(print: PointerPrinter<DoseResponseRecord>): Markup {
  const { record } = print;
  const single = record.curves.length === 1;
  const theory = record.curves.some(({ predicted }) => predicted !== null);
  return html`<p class="caption">${record.disturbance.explanation}</p>
    <ul class="legend">
      <li><i class="l-dot"></i>share of the trials in which it moved</li>
      <li>
        <i class="l-band"></i>where the probability lies with ${print.num("/confidence", "percent")}
        confidence
      </li>
      ${theory ? html`<li><i class="l-curve"></i>predicted</li>` : NOTHING}
    </ul>
    <div class="curves">
      ${record.curves.map(
        (curve, position) =>
          html`<div>
            <h3><a href="${`#${curve.id}`}">${print.fixed(curve.title)}</a></h3>
            ${bothWidths((width) => curvePlot(print, position, width), single ? WIDE : HALF)}
          </div>`,
      )}
    </div>`;
}

function reading(print: PointerPrinter<DoseResponseRecord>): Markup {
  return html`<ul>
    <li>
      Nobody dies in any trial. Whenever the other balancer gets the address, that is a false
      failover: clients lose connections and the pair has nothing to win by it.
    </li>
    <li>
      Dose ${print.fixed("0")} is the same trial with rules in force that drop nothing. An address
      that moves there is no effect of the dose, and fails.
    </li>
    <li>
      The interval at a dose is Wilson’s. Theory is judged by a wider one, of
      ${print.num("/judgedConfidence", "percent")}, so that with all doses together it is wrongly
      rejected no more often than with one.
    </li>
    <li>
      The number in the table is predicted for the doses as they were really applied, the curve for
      the doses that were wanted.
    </li>
    <li>
      A trial in which the prober was late, or the dose was not seen to be active, is in no number.
    </li>
    <li>
      A trial counts once, however often the address moved in it. How often it moves in an hour
      follows from neither.
    </li>
  </ul>`;
}

function environment(print: PointerPrinter<DoseResponseRecord>): Markup {
  const { fingerprint } = print.record;
  if (fingerprint === null) return NOTHING;
  const programs = Object.entries(fingerprint.programs).map(
    ([name, version]) => `${name} ${version}`,
  );
  return card(
    "environment",
    "What it ran on",
    html`<p>
      ${print.fixed(`${fingerprint.environment}, kernel ${fingerprint.kernel}, ${fingerprint.cpus} × ${fingerprint.cpuModel}, Node ${fingerprint.node}; ${programs.join(", ")}; commit ${fingerprint.commit ?? "unknown"}${fingerprint.clean === false ? ", changed" : ""}`)}
    </p>`,
  );
}
