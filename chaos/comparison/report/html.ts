import { html, Markup } from "../../report/html/markup.ts";
import { card } from "../../report/html/card.ts";
import { STYLE } from "../../report/html/style.ts";
import { METRICS } from "../metric.ts";
import type { ComparisonRecord } from "../record.ts";
import { faultSection } from "./fault-section.ts";
import { heatMap } from "./heat-map.ts";
import { liveCard } from "./live-card.ts";
import { RecordPrinter } from "./record-printer.ts";
import { COMPARISON_SCRIPT, COMPARISON_STYLE } from "./style.ts";
import { originOf, rankRule } from "./words.ts";

/**
 * A comparison as one HTML file that needs no network: the heat map first, then each fault by rank,
 * then the runs of each cell. Looks like the reports of runs.
 */
export function renderComparisonHtml(record: ComparisonRecord): string {
  const print = new RecordPrinter(record);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Comparison of policies: ${record.overall.policy}</title>
        <style>
          ${new Markup(STYLE + COMPARISON_STYLE)}
        </style>
      </head>
      <body>
        ${head(print)}
        <main>
          ${card(
            "all",
            "All policies under all faults",
            html`<p class="caption">
                Number: ${fixed(METRICS[record.metric].title)}, median of
                ${print.num("/repetitions", "count")} runs. A cell leads to its runs.
              </p>
              ${heatMap(print)}
              <p class="caption">${fixed(rankRule(record))} ${originOf(record)}</p>`,
          )}
          ${record.faults.map((fault, position) => faultSection(print, fault, position))}
          ${liveCard(print)} ${card("simplicity", "What simpler means", simplicity(record))}
          ${card(
            "again",
            "Run it again",
            html`<p>The same seed gives the same simulated runs, to the last digit.</p>
              <pre data-static>${record.command}</pre>`,
          )}
        </main>
        <footer>${fixed(record.id)}</footer>
        <script>
          ${new Markup(COMPARISON_SCRIPT)};
        </script>
      </body>
    </html> `;
  return page.source;
}

function head(print: RecordPrinter): Markup {
  const { record } = print;
  return html`<header class="page">
    <h1>
      ${record.overall.policy} is the simplest policy that is among the best most often: under
      ${print.num("/overall/bestIn", "count")} of ${print.num("/overall/faults", "count")} faults.
    </h1>
    <p class="run">
      <span
        >${fixed(String(record.policies.length))} policies, ${print.num("/repetitions", "count")}
        runs a cell</span
      ><span>seed ${print.num("/seed", "plain")}</span><span>baseline ${record.baseline}</span
      ><span>${fixed(record.startedAt)}</span>
    </p>
  </header>`;
}

function simplicity({ policies }: ComparisonRecord): Markup {
  return html`<p>
      A policy is the simpler, the less it must know to pick: what it does not know can be neither
      wrong, nor stale, nor different on two balancers. The simplest comes first.
    </p>
    <ol>
      ${policies
        .toSorted((one, other) => one.place - other.place)
        .map(({ policy, knows }) => html`<li><b>${policy}</b> knows ${knows}</li>`)}
    </ol>`;
}

/** Digits that are words of the page or of the record, and no measurement. */
function fixed(text: string): Markup {
  return html`<span data-static>${text}</span>`;
}
