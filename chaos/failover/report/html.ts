import { VERDICT_WORDS } from "../../report/format.ts";
import { bothWidths, card } from "../../report/html/card.ts";
import { html, Markup, NOTHING } from "../../report/html/markup.ts";
import { scrolling } from "../../report/html/scrolling.ts";
import { STYLE } from "../../report/html/style.ts";
import { PointerPrinter } from "../../report/html/pointer-printer.ts";
import type { FailoverRecord } from "../record.ts";
import { cellSection, failedOf } from "./cell-section.ts";
import { overview } from "./overview.ts";
import { FAILOVER_STYLE } from "./style.ts";
import { missingTexts, promiseText, summaryText } from "./words.ts";

/**
 * The failover report as one HTML file that needs no network and no script: all outages on one axis
 * first, then each cell with its phases. Light and dark, on paper and on a telephone.
 */
export function renderFailoverHtml(record: FailoverRecord): string {
  const print = new PointerPrinter(record);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Failover timing: ${VERDICT_WORDS[record.verdict].word}</title>
        <style>
          ${new Markup(STYLE + FAILOVER_STYLE)}
        </style>
      </head>
      <body>
        ${head(print)}
        <main>
          ${card("all", "How long clients were without an answer", all(print))}
          ${record.cells.map((cell, position) => cellSection(print, cell, position))}
          ${card("reading", "How to read this", reading(print))} ${environment(print)}
          ${card("again", "Run it again", html`<pre data-static>${record.command}</pre>`)}
        </main>
        <footer>${print.fixed(record.id)}</footer>
      </body>
    </html> `;
  return page.source;
}

function head(print: PointerPrinter<FailoverRecord>): Markup {
  const { record } = print;
  const { sign, word } = VERDICT_WORDS[record.verdict];
  return html`<header class="page">
    <div>
      <span class="${`badge v v-${record.verdict}`}"
        ><span aria-hidden="true">${sign}</span>${word}</span
      >
    </div>
    <h1>How long a failover takes, by how the active balancer is lost</h1>
    <p class="lead">${print.fixed(summaryText(record))}</p>
    ${missingTexts(record).map((text) => html`<p class="note">${print.fixed(text)}</p>`)}
    <p class="run">
      <span>advert ${print.num("/timers/advertIntervalMs", "count")} ms</span
      ><span
        >priorities ${print.num("/timers/priorities/0", "plain")} and
        ${print.num("/timers/priorities/1", "plain")}</span
      ><span>trials each: ${print.num("/trials", "count")}</span
      ><span>seed ${print.num("/seed", "plain")}</span
      ><span>started ${print.fixed(record.startedAt)}</span>
    </p>
  </header>`;
}

function all(print: PointerPrinter<FailoverRecord>): Markup {
  const { cells, promised } = print.record;
  return html`<p class="caption">
      From the moment the fault takes effect to the first success over the new way, one dot a trial.
      The axis is logarithmic. An outage too short for the probes lies at its beginning.
    </p>
    <ul class="legend">
      <li><i class="l-dot"></i>trial</li>
      <li><i class="l-median"></i>median</li>
      <li><i class="l-window"></i>predicted window</li>
      <li><i class="l-promise"></i>commonly promised: ${print.fixed(promiseText(promised))}</li>
      <li><i class="l-endless"></i>not over when observation ended</li>
    </ul>
    ${bothWidths((width) => overview(print, width), 1060)}
    ${scrolling(
      html`<table>
        <thead>
          <tr>
            <th>how it was lost</th>
            <th>verdict</th>
            <th class="n">predicted, ms</th>
            <th class="n">min</th>
            <th class="n">median</th>
            <th class="n">max</th>
            <th class="n">failed requests</th>
            <th class="n">trials that count</th>
          </tr>
        </thead>
        <tbody>
          ${cells.map((cell, position) => {
            const at = `/cells/${position}`;
            return html`<tr>
              <th scope="row"><a href="${`#${cell.id}`}">${cell.title}</a></th>
              <td>${print.verdict(cell.verdict)}</td>
              <td class="n predicted-text">
                ${cell.predicted === null ? "none" : html`${print.num(`${at}/predicted/floorMs`, "ms-bare")} to ${print.num(`${at}/predicted/ceilingMs`, "ms-bare")}`}
              </td>
              ${
                cell.notOver > 0 && cell.outage === null
                  ? html`<td class="n hurt-text" colspan="3">not over by itself</td>`
                  : ["min", "median", "max"].map(
                      (key) =>
                        html`<td class="${key === "median" ? "n strong" : "n"}">
                          ${print.num(`${at}/outage/${key}`, "ms-bare")}
                        </td>`,
                    )
              }
              <td class="n">${failedOf(print, cell, position)}</td>
              <td class="n">
                ${print.num(`${at}/counted`, "count")}${cell.notCounted === 0 ? NOTHING : html` (${print.num(`${at}/notCounted`, "count")} left out)`}
              </td>
            </tr>`;
          })}
        </tbody>
      </table>`,
      "All cells",
    )}`;
}

function reading(print: PointerPrinter<FailoverRecord>): Markup {
  return html`<ul>
    <li>
      An outage begins with the fault (${print.fixed("P1")}), not with the first failed request, and
      ends with the completion of the first success after it (${print.fixed("P6")}).
    </li>
    <li>
      A window is what the protocol's timers allow: floor, mean and ceiling. A trial is judged
      against it, widened by what the probes can tell apart.
    </li>
    <li>
      Faults are spread evenly over the period of the adverts, so that no lucky moment is measured
      again and again.
    </li>
    <li>
      A verdict says whether the pair did what theory says of it. That a hung service is not noticed
      is what theory says, and is no comfort.
    </li>
    <li>
      A trial in which the prober was late, or the fault was not seen to be active, is listed and in
      no number.
    </li>
  </ul>`;
}

function environment(print: PointerPrinter<FailoverRecord>): Markup {
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
