import { PHASES } from "../record.ts";
import { bothWidths, card } from "./card.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import {
  phasePlot,
  phaseQuantity,
  phaseTable,
  resolutionReference,
  type PhaseQuantity,
} from "./phase-plot.ts";
import { fixed, when, type Printer } from "./printer.ts";
import { strips, stripsTable } from "./strips.ts";
import { waterfall, waterfallTable } from "./waterfall.ts";

/** Where the time went, and how it depends on the phase of the fault. */
export function phaseCards(print: Printer): Markup {
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
