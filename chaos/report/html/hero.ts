import { bareFormatOfUnit } from "../format.ts";
import { bothWidths } from "./card.ts";
import { headlineOf, windowOf, type Headline } from "./headline.ts";
import { html, type Markup } from "./markup.ts";
import { FAILED_PROBES } from "./outcome-table.ts";
import { fixed, when, type Printer } from "./printer.ts";
import { rangeGraphic } from "./range-graphic.ts";
import { strip } from "./strips.ts";

/** The one number that matters most, beside what theory predicts of it. */
export function hero(print: Printer): Markup {
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
      ${record.objectives.length === 0 ? "No objective has been judged." : print.text("/objectives/0/message")}
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
  return html`All of N = ${print.num(`${summary}/n`, "count")} passed: that supports
  ${print.num(`${summary}/supportsQuantile`, "quantile")} with ${fixed("95 %")} confidence, no
  more.${interval}`;
}
