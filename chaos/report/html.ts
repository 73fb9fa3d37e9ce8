import { VERDICT_WORDS } from "./format.ts";
import { bothWidths, card } from "./html/card.ts";
import { distributionCards } from "./html/distribution-cards.ts";
import { fingerprintTable, topologyTable } from "./html/environment-tables.ts";
import { faultsTable, qualityTable } from "./html/evidence-tables.ts";
import { furtherLoadsCard, sessionsCard } from "./html/further-loads.ts";
import { hero } from "./html/hero.ts";
import { loadWords } from "./html/load-words.ts";
import { html, Markup } from "./html/markup.ts";
import { objectivesTable, predictionsTable } from "./html/objective-tables.ts";
import { outcomesTable } from "./html/outcome-table.ts";
import { phaseCards } from "./html/phase-cards.ts";
import { fixed, Printer } from "./html/printer.ts";
import { requestsCard } from "./html/requests-card.ts";
import { SCRIPT } from "./html/script.ts";
import { STYLE } from "./html/style.ts";
import { survivalCards } from "./html/survival-card.ts";
import { topologyDrawing } from "./html/topology.ts";
import { trialMarksTable, trialsTable } from "./html/trial-tables.ts";
import { trialsCard } from "./html/trials-card.ts";
import { head } from "./html/verdict-head.ts";
import type { LoadedRun } from "./run-folder.ts";

/**
 * The report of a run as one HTML file that needs no network: pictures first, a table beneath each,
 * readable without script, in light and dark, on paper and on a telephone.
 */
export function renderHtml(run: LoadedRun): string {
  const print = new Printer(run);
  const { record } = run;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>
          ${record.scenario.id}:
          ${record.verdict === null ? "not judged" : VERDICT_WORDS[record.verdict].word}
        </title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        ${head(print)}
        <main>
          ${hero(print)} ${trialsCard(print)} ${phaseCards(print)} ${requestsCard(print)}
          ${distributionCards(print)} ${survivalCards(print)} ${sessionsCard(print)}
          ${card("objectives", "Objectives", html`${objectivesTable(print)}${predictionsTable(print)}`)}
          ${card(
            "trials",
            "Trials",
            html`<p class="caption">All times in milliseconds; marks after ${fixed("P1")}.</p>
              ${trialsTable(print)}${trialMarksTable(print)}
              <p class="caption">
                A dash means that there is no such number; the trial's own section says why.
              </p>`,
          )}
          <div class="two">
            <div>
              ${card("quality", "Measurement quality", qualityTable(print))}${card("outcomes", "How the probes ended", outcomesTable(print))}
            </div>
            ${card("environment", "What it ran on", fingerprintTable(print))}
          </div>
          ${furtherLoadsCard(print)}
          ${card("faults", "Faults and the evidence for them", faultsTable(print))}
          ${card(
            "topology",
            "Topology",
            html`${bothWidths((width) => topologyDrawing(print, width), 1060)}
              <details>
                <summary>Data of this drawing</summary>
                <div class="columns">${topologyTable(print)}</div>
              </details>`,
          )}
          ${card("replay", "Run it again", replay(print))}
        </main>
        <footer>${print.text("/id")}</footer>
        <script>
          ${new Markup(SCRIPT)};
        </script>
      </body>
    </html> `;
  return page.source;
}

function replay(print: Printer): Markup {
  return html`<p>The same schedule of faults from the same seed; outcomes are measured anew.</p>
    <pre>${print.text("/command")}</pre>
    <p class="caption">
      Seed ${print.num("/seed", "plain")}. Load:
      ${loadWords(print, print.run.record.load, "/load")}${print.run.record.alongside.map(
        (load, position) =>
          html` Beside it, ${print.text(`/alongside/${position}/id`)}:
          ${loadWords(print, load, `/alongside/${position}`)}`,
      )}
      Everything on this page is rendered from run.json and the two streams beside it.
    </p>`;
}
