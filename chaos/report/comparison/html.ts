import { card } from "../html/card.ts";
import { html, Markup, NOTHING, type Part } from "../html/markup.ts";
import { fixed } from "../html/printer.ts";
import { scrolling } from "../html/scrolling.ts";
import { STYLE } from "../html/style.ts";
import type { RunComparison } from "./compare-runs.ts";
import type { ComparedMeasure } from "./measures.ts";
import { PairPrinter } from "./pair-printer.ts";
import { stripPlot } from "./strip-plot.ts";
import { PAIR_STYLE } from "./style.ts";
import { FINDING_WORDS, METHOD, signOf } from "./words.ts";

const SIDES = ["first", "second"] as const;
type SideName = (typeof SIDES)[number];

/** Two runs side by side as one HTML file that needs no network; looks like the reports of runs. */
export function renderRunComparisonHtml(comparison: RunComparison): string {
  const print = new PairPrinter(comparison);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${comparison.first.scenario.id}: two runs compared</title>
        <style>
          ${new Markup(STYLE + PAIR_STYLE)}
        </style>
      </head>
      <body>
        <header class="page">
          <p class="run"><span>Two runs compared</span>${control(print)}</p>
          <h1>${print.text("/first/scenario/sentence")}</h1>
          <p class="lead">${print.text("/conclusion")}</p>
        </header>
        <main>
          <section class="card" id="runs">
            <div class="pair">${SIDES.map((side) => runOf(print, side))}</div>
          </section>
          ${card("measures", "Objectives and phases", measuresTable(print))}
          ${card("settings", "What is not the same", settingsTable(print))}
        </main>
        <footer>
          Rendered from the records of both runs. ${print.text("/first/id")},
          ${print.text("/second/id")}
        </footer>
      </body>
    </html> `;
  return page.source;
}

function control(print: PairPrinter): Markup {
  if (print.comparison.first.scenario.controlWithout === null) return NOTHING;
  return html`<span>control: without ${print.text("/first/scenario/controlWithout")}</span>`;
}

function runOf(print: PairPrinter, side: SideName): Markup {
  const record = print.comparison[side];
  const reasons =
    record.verdict === "pass" || record.reasons.length === 0
      ? NOTHING
      : html`<ul class="reasons">
          ${record.reasons.map((_, index) => html`<li>${print.text(`/${side}/reasons/${index}`)}</li>`)}
        </ul>`;
  return html`<div>
    <h2>
      <span><span class="${`swatch ${side}`}" aria-hidden="true"></span>The ${side} run</span>
      ${print.verdict(record.verdict)}
    </h2>
    <p class="run">
      ${print.text(`/${side}/id`)}<br />
      ${print.num(`/${side}/trialsPlanned`, "count")} trials planned, started
      ${print.text(`/${side}/startedAt`)}
    </p>
    ${reasons}
    <pre>${print.text(`/${side}/command`)}</pre>
  </div>`;
}

function measuresTable(print: PairPrinter): Markup {
  const { measures } = print.comparison;
  if (measures.length === 0) return html`<p class="none">The runs measured nothing in common.</p>`;
  return html`<p class="caption">
      One dot a trial that counts, on one scale for both runs; the bar is the median. What is found
      is said of the second run.
    </p>
    ${scrolling(
      html`<table class="measures">
        <thead>
          <tr>
            <th>measure</th>
            <th>trials</th>
            ${SIDES.map((side) => html`<th class="n"><span class="${`swatch ${side}`}" aria-hidden="true"></span>${side}</th>`)}
            <th class="n">difference</th>
            <th>found</th>
          </tr>
        </thead>
        <tbody>
          ${measures.map((measure, position) => measureRow(print, measure, position))}
        </tbody>
      </table>`,
      "Measures",
    )}
    <p class="caption">${withStatic(METHOD, "95 %")}</p>`;
}

function measureRow(print: PairPrinter, measure: ComparedMeasure, position: number): Markup {
  const at = `/measures/${position}`;
  const { unit, difference, finding } = measure;
  return html`<tr>
    <th scope="row">${print.text(`${at}/title`)}</th>
    <td class="plot">${stripPlot(measure)}</td>
    ${SIDES.map((side) => sideCell(print, measure, `${at}/${side}`, side))}
    <td class="n" data-label="difference">
      ${
        difference === null
          ? html`<span class="none">–</span>`
          : html`${signOf(difference.shift)}${print.inUnit(`${at}/difference/shift`, unit)}
              <span class="message"
                >${signOf(difference.low)}${print.bare(`${at}/difference/low`, unit)} to
                ${signOf(difference.high)}${print.inUnit(`${at}/difference/high`, unit)}</span
              >`
      }
    </td>
    <td class="${`finding finding-${finding.replace(" ", "-")}`}" data-label="found">
      ${FINDING_WORDS[finding]}
    </td>
  </tr>`;
}

function sideCell(
  print: PairPrinter,
  measure: ComparedMeasure,
  at: string,
  side: SideName,
): Markup {
  const { summary, verdict } = measure[side];
  const { unit } = measure;
  const judged = verdict === null ? NOTHING : html`<div>${print.verdict(verdict)}</div>`;
  if (summary === null) {
    return html`<td class="n" data-label="${side}">
      <span class="none">not measured</span>${judged}
    </td>`;
  }
  return html`<td class="n" data-label="${side}">
    ${print.inUnit(`${at}/summary/median`, unit)}
    <span class="message"
      >${print.bare(`${at}/summary/min`, unit)} to ${print.inUnit(`${at}/summary/max`, unit)},
      ${print.num(`${at}/summary/n`, "count")} trials</span
    >${judged}
  </td>`;
}

function settingsTable(print: PairPrinter): Markup {
  const { settings, topology } = print.comparison;
  if (settings.length + topology.length === 0) {
    return html`<p>
      Both ran on the same machine, code and settings, as far as the records tell.
    </p>`;
  }
  const value = (side: SideName, position: number): Markup => {
    const { pointer, format } = settings[position] ?? { pointer: "", format: "text" };
    const at = `/${side}${pointer}`;
    return format === "text" ? print.text(at) : print.num(at, format);
  };
  return html`${scrolling(
    html`<table class="pairs">
      <thead>
        <tr>
          <th></th>
          ${SIDES.map((side) => html`<th>${side}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${settings.map(
          (_, position) =>
            html`<tr>
              <th scope="row">${print.text(`/settings/${position}/name`)}</th>
              ${SIDES.map((side) => html`<td>${value(side, position)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>`,
    "Settings",
  )}
  ${topology.map((_, index) => html`<p class="note">Topology: ${print.text(`/topology/${index}`)}</p>`)}`;
}

/** Text in which one phrase with digits is the page's own. */
function withStatic(text: string, phrase: string): Markup {
  const parts = text
    .split(phrase)
    .flatMap((part, index): Part[] => (index === 0 ? [part] : [fixed(phrase), part]));
  return html`${parts}`;
}
