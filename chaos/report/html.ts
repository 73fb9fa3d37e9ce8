import { bareFormatOfUnit, VERDICT_WORDS } from "./format.ts";
import { PHASES } from "./record.ts";
import type { LoadedRun } from "./run-folder.ts";
import { headlineOf, windowOf, type Headline } from "./html/headline.ts";
import { html, Markup, NOTHING } from "./html/markup.ts";
import {
  phasePlot,
  phaseQuantity,
  phaseTable,
  resolutionReference,
  type PhaseQuantity,
} from "./html/phase-plot.ts";
import { fixed, Printer, when } from "./html/printer.ts";
import { rangeGraphic } from "./html/range-graphic.ts";
import { SCRIPT } from "./html/script.ts";
import { strip, strips, stripsTable } from "./html/strips.ts";
import { STYLE } from "./html/style.ts";
import {
  FAILED_PROBES,
  faultsTable,
  fingerprintTable,
  objectivesTable,
  outcomesTable,
  predictionsTable,
  qualityTable,
  reasonsList,
  topologyTable,
  trialMarksTable,
  trialsTable,
} from "./html/tables.ts";
import { topologyDrawing } from "./html/topology.ts";
import { trialSection } from "./html/trial-section.ts";
import { representativeTrial, seenTrials } from "./html/trial-streams.ts";
import { waterfall, waterfallTable } from "./html/waterfall.ts";

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
          ${hero(print)} ${timelines(print)} ${phaseCards(print)}
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

function card(id: string, title: string, body: Markup): Markup {
  return html`<section class="card" id="${id}">
    <h2>${title}</h2>
    ${body}
  </section>`;
}

/** The same drawing laid out for a desk and for a telephone; the style shows one of them. */
function bothWidths(draw: (width: number) => Markup, wide: number): Markup {
  return html`<div class="wide">${draw(wide)}</div>
    <div class="narrow">${draw(340)}</div>`;
}

function head(print: Printer): Markup {
  const { record, notes } = print.run;
  const { verdict } = record;
  const words = verdict === null ? null : VERDICT_WORDS[verdict];
  return html`<header class="page">
    <div>
      <span class="${`badge v v-${verdict ?? "none"}`}"
        ><span aria-hidden="true">${words?.sign ?? "…"}</span>${words?.word ?? "not judged"}</span
      >${when(
        record.scenario.controlWithout !== null,
        () =>
          html`<span class="control"
            >control: without ${print.text("/scenario/controlWithout")}</span
          >`,
      )}
    </div>
    <h1>${print.text("/scenario/sentence")}</h1>
    <p class="lead">${sentence(print)}</p>
    ${reasonsList(print)} ${notes.map((note) => html`<p class="note">${fixed(note)}</p>`)}
    <p class="run">
      <span>${print.text("/scenario/id")}</span
      ><span
        >${print.num("length:/trials", "count")} of ${print.num("/trialsPlanned", "count")}
        trials</span
      >${when(record.durationMs !== null, () => html`<span>${print.num("/durationMs", "duration")}</span>`)}<span
        >seed ${print.num("/seed", "plain")}</span
      ><span>started ${print.text("/startedAt")}</span>
    </p>
  </header>`;
}

/** The verdict as one sentence. */
function sentence(print: Printer): Markup {
  const { record } = print.run;
  if (record.verdict === null) return html`The run has not ended, so it is not judged.`;
  const meaning = VERDICT_WORDS[record.verdict].meaning;
  const tally = html` ${print.num("tally:/trials/@/verdict=pass", "count")} of
  ${print.num("length:/trials", "count")} trials passed.`;
  return html`${meaning}${record.trials.length === 0 ? NOTHING : tally}${when(
    record.scenario.controlWithout !== null,
    () =>
      record.verdict === "fail"
        ? html` This is the control, and it has to fail: without
          ${print.text("/scenario/controlWithout")} the sentence is not true.`
        : html` This is the control. It has to fail, or the scenario proves nothing.`,
  )}`;
}

function hero(print: Printer): Markup {
  const headline = headlineOf(print.run.record);
  if (headline === null) return nothingMeasured(print);
  const { summary, unit, title, window } = headline;
  const bare = bareFormatOfUnit(unit);
  return html`<section class="card hero">
    <div>
      <div class="big">${print.num(`${summary}/median`, unit)}</div>
      <p class="big-label">
        <b>${title.startsWith("/") ? print.text(title) : title}</b>, median of N =
        ${print.num(`${summary}/n`, "count")}
      </p>
      <p class="big-label">
        from ${print.num(`${summary}/min`, bare)} to ${print.num(`${summary}/max`, unit)}
      </p>
      ${when(window !== null, () => html`<p class="big-label predicted">predicted ${print.num(`${window}/floorMs`, "ms-bare")} to ${print.num(`${window}/ceilingMs`, "ms")}</p>`)}
    </div>
    <div>${bothWidths((width) => headlineGraphic(print, headline, width), 720)}</div>
    <p class="claim">${claim(print, headline)} ${failures(print)}</p>
  </section>`;
}

/** Times lie on a range beside the predicted window; counts and ratios are stacked. */
function headlineGraphic(print: Printer, headline: Headline, width: number): Markup {
  const position = /^\/objectives\/(\d+)\/summary$/.exec(headline.summary)?.[1];
  if (headline.unit === "ms" || position === undefined) return rangeGraphic(print, headline, width);
  return html`<svg viewBox="${`0 0 ${width} 104`}" width="${width}" height="104" aria-hidden="true">
    ${strip(print, Number(position), width, 0)}
  </svg>`;
}

function nothingMeasured(print: Printer): Markup {
  const { record } = print.run;
  const window = windowOf(record, "outage") ?? windowOf(record, "detection");
  return html`<section class="card">
    <div class="big none">no value</div>
    <p class="big-label">
      ${record.objectives.length === 0 ? "The record holds no objective." : print.text("/objectives/0/message")}
    </p>
    ${when(window !== null, () => html`<p class="big-label predicted">predicted ${print.text(`${window}/of`)} ${print.num(`${window}/floorMs`, "ms-bare")} to ${print.num(`${window}/ceilingMs`, "ms")}</p>`)}
    ${when(record.trials.length > 0, () => html`<p class="claim">${failures(print)}</p>`)}
  </section>`;
}

function failures(print: Printer): Markup {
  return html`${print.num(FAILED_PROBES, "count")} of
  ${print.num("sum:/trials/@/probes/sent", "count")} probes failed, sent at
  ${print.num("/load/ratePerSecond", "count")} a second.`;
}

/** What so many trials can support. */
function claim(print: Printer, { summary, unit }: Headline): Markup {
  const interval = when(
    unit === "ms" && print.references.numberOf(`${summary}/medianInterval/low`) !== null,
    () =>
      html` The median lies between ${print.num(`${summary}/medianInterval/low`, "ms-bare")} and
      ${print.num(`${summary}/medianInterval/high`, "ms")} with
      ${print.num(`${summary}/medianInterval/confidence`, "percent")} confidence.`,
  );
  if (print.run.record.verdict !== "pass") return interval;
  return html`${print.num(`${summary}/n`, "count")} trials that all pass support
  ${print.num(`${summary}/supportsQuantile`, "quantile")} with ${fixed("95 %")} confidence, no
  more.${interval}`;
}

function timelines(print: Printer): Markup {
  const seen = seenTrials(print.run);
  if (seen.length === 0) return NOTHING;
  const first = seen[representativeTrial(print.run)] ?? seen[0];
  return html`<section class="card" id="timeline">
    <h2>What happened when</h2>
    <p class="caption">
      One trial on one clock.
      ${(print.run.record.outage?.max ?? 0) === 0 ? "The" : "The trial shown first is the one whose outage is the median; the"}
      shaded stretch is the time during which the fault was active. Heartbeats and passing checks of
      nodes that nothing happened to are not drawn.
    </p>
    <ul class="switcher" data-first="${`trial-${first?.trial.index ?? 0}`}">
      ${seen.map(
        ({ trial, position }) =>
          html`<li>
            <a href="${`#trial-${trial.index}`}"
              >${trial.verdict === "pass" ? null : html`<span class="bad" aria-hidden="true">${VERDICT_WORDS[trial.verdict].sign}</span>`}${print.num(`/trials/${position}/index`, "plain")}</a
            >
          </li>`,
      )}
    </ul>
    ${seen.map((one) => trialSection(print, one))}
  </section>`;
}

function phaseCards(print: Printer): Markup {
  const falls = waterfall(print, 500) !== NOTHING;
  const quantity = phaseQuantity(print);
  const dots = quantity === null ? strips(print, 500) : NOTHING;
  const first = !falls
    ? NOTHING
    : card(
        "phases",
        "Where the time went",
        html`<p class="caption">
            Medians of the phases, one after the other; whiskers run from the least to the most.
            Medians need not add
            up.${when(
              PHASES.some(({ id }) => (print.run.record.phases[id]?.min ?? 0) < 0),
              () =>
                html` An interval below zero: the later mark was seen first, by another observer.`,
            )}
          </p>
          ${bothWidths((width) => waterfall(print, width), 492)}
          <details>
            <summary>Data of this plot</summary>
            <div class="scroll">${waterfallTable(print)}</div>
          </details>`,
      );
  const second =
    quantity !== null
      ? phaseCard(print, quantity)
      : dots === NOTHING
        ? NOTHING
        : card(
            "values",
            "What each trial measured",
            html`<p class="caption">
                One dot a trial. No heartbeat decides this scenario, so there is no phase to plot
                against.
              </p>
              ${bothWidths((width) => strips(print, width), falls ? 492 : 1060)}
              <details>
                <summary>Data of this plot</summary>
                <div class="scroll">${stripsTable(print)}</div>
              </details>`,
          );
  if (first === NOTHING || second === NOTHING) return html`${first}${second}`;
  return html`<div class="two">${first}${second}</div>`;
}

function phaseCard(print: Printer, quantity: PhaseQuantity): Markup {
  const { record } = print.run;
  const resolution = resolutionReference(print, quantity);
  const fit = quantity.of === "outage" && record.phaseFit !== null;
  const heartbeat = record.trials.find((trial) => trial.phase.of !== null)?.phase.of ?? "heartbeat";
  return card(
    "phase",
    `${quantity.of === "outage" ? "Outage" : "Detection"} against the phase of the fault`,
    html`<p class="caption">
        The later after ${heartbeat === "advert" ? "an advert" : "a check"} the fault comes, the
        sooner the next one is missed: theory draws a falling
        line.${when(
          fit,
          () =>
            html` A straight line through ${print.num("/phaseFit/n", "count")} trials has slope
              <b>${print.num("/phaseFit/slope", "slope")}</b> (theory ${fixed("−1")}), residual
              standard deviation
              <b>${print.num("/phaseFit/residualStandardDeviationMs", "ms")}</b>.`,
        )}${when(
          record.trials.some((trial) => trial.phase.achieved.value === null),
          () =>
            html` Trials whose phase is not known are not plotted:
            ${print.num("tally:/trials/@/phase/achieved/value=null", "count")} of
            ${print.num("length:/trials", "count")}.`,
        )}
      </p>
      <ul class="legend">
        ${when(quantity.window !== null, () => html`<li><i class="l-theory"></i>theory${resolution === null ? "" : html` ± ${print.num(resolution, "ms")}`}</li>`)}${when(fit, () => html`<li><i class="l-fit"></i>fit</li>`)}
        <li><i class="l-dot"></i>trial</li>
        ${when(
          record.trials.some((trial) => trial.verdict !== "pass"),
          () => html`<li><i class="l-cross">✗</i>not passed</li>`,
        )}
      </ul>
      ${bothWidths((width) => phasePlot(print, quantity, width), 492)}
      <details>
        <summary>Data of this plot</summary>
        <div class="scroll">${phaseTable(print, quantity)}</div>
      </details>`,
  );
}

function replay(print: Printer): Markup {
  return html`<p>The same schedule of faults from the same seed; outcomes are measured anew.</p>
    <pre>${print.text("/command")}</pre>
    <p class="caption">
      Seed ${print.num("/seed", "plain")}. Load: ${print.num("/load/ratePerSecond", "count")} fresh
      connections a second to ${print.text("/load/target")}, connect timeout
      ${print.num("/load/connectTimeoutMs", "ms")}, total
      ${print.num("/load/totalTimeoutMs", "ms")}. Everything on this page is rendered from run.json
      and the two streams beside it.
    </p>`;
}
