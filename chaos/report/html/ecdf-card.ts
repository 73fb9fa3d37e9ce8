import { scaleLinear } from "d3-scale";
import { ecdfOf, quantityOf, type Ecdf, type Quantity } from "../ecdf.ts";
import type { Reference } from "../reference.ts";
import { bothWidths, card } from "./card.ts";
import { windowOf } from "./headline.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { axes, plotArea, plotSvg, stairs, ticksOf } from "./plot-axes.ts";
import { fixed, when, type Printer } from "./printer.ts";

/** With fewer trials a distribution shows nothing that their values do not. */
const LEAST_TRIALS = 3;

/** The share of the trials that were over by a time, beside what theory and the objective allow. */
export function ecdfCard(print: Printer, width: number): Markup {
  const quantity = quantityShown(print);
  if (quantity === null) return NOTHING;
  const ecdf = ecdfOf(print.run.record, quantity);
  const window = windowOf(print.run.record, quantity);
  const bounds = boundsOf(print, quantity);
  return card(
    "distribution",
    `Distribution of the ${quantity}`,
    html`<p class="caption">
        The share of the trials whose ${quantity} was at most so
        long.${when(
          ecdf.halfBand !== null,
          () => html` The true curve lies within the band with ${fixed("95 %")} confidence.`,
        )}${when(
          ecdf.trials > ecdf.known.length,
          () => html` Where it was not over when observation ended, it counts as longer.`,
        )}
      </p>
      <ul class="legend">
        <li><i class="l-stairs"></i>trials</li>
        ${when(ecdf.halfBand !== null, () => html`<li><i class="l-band"></i>${fixed("95 %")} band</li>`)}${when(window !== null, () => html`<li><i class="l-window"></i>predicted</li>`)}${when(bounds.length > 0, () => html`<li><i class="l-bound"></i>objective</li>`)}
      </ul>
      ${bothWidths((wide) => ecdfPlot(print, ecdf, { window, bounds: bounds.map(({ value }) => value), quantity }, wide), width)}
      <details>
        <summary>Data of this plot</summary>
        <div class="scroll">${ecdfTable(print, ecdf, quantity)}</div>
      </details>`,
  );
}

/** The outage, or the detection where theory speaks only of that. */
function quantityShown(print: Printer): Quantity | null {
  const { record } = print.run;
  const quantity =
    windowOf(record, "outage") === null && windowOf(record, "detection") !== null
      ? "detection"
      : "outage";
  const { known } = ecdfOf(record, quantity);
  if (known.length < LEAST_TRIALS || (known.at(-1)?.value ?? 0) <= 0) return null;
  return quantity;
}

/** Bounds in milliseconds of the objectives that judge this very quantity. */
function boundsOf(print: Printer, quantity: Quantity): { readonly value: number }[] {
  const { objectives, trials } = print.run.record;
  return objectives.flatMap((objective) => {
    if (objective.unit !== "ms") return [];
    const judges = trials.every((trial) => {
      const sample = trial.objectives[objective.id];
      return (
        sample === undefined ||
        sample.measured.value === null ||
        sample.measured.value === quantityOf(trial, quantity).value
      );
    });
    if (!judges) return [];
    if (objective.atMost !== null) return [{ value: objective.atMost }];
    const { predicted, widenedBy } = objective;
    if (predicted === null) return [];
    return [{ value: predicted.floorMs - widenedBy }, { value: predicted.ceilingMs + widenedBy }];
  });
}

function ecdfPlot(
  print: Printer,
  { known, trials, halfBand }: Ecdf,
  {
    window,
    bounds,
    quantity,
  }: {
    readonly window: Reference | null;
    readonly bounds: readonly number[];
    readonly quantity: Quantity;
  },
  width: number,
): Markup {
  const area = plotArea(width, width < 450 ? 260 : 320);
  const edge = (key: string): number | null =>
    window === null ? null : print.references.numberOf(`${window}/${key}`);
  const [floor, ceiling] = [edge("floorMs"), edge("ceilingMs")];
  const values = known.map(({ value }) => value);
  const all = [...values, ...bounds, ...[floor, ceiling].filter((value) => value !== null)];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const pad = Math.max((most - least) * 0.08, 1);
  const x = scaleLinear()
    .domain([Math.max(0, least - pad), most + pad])
    .range([area.left, area.right]);
  const y = scaleLinear().domain([0, 1]).range([area.bottom, area.top]);
  const points = (off: number): [number, number][] => [
    [area.left, y(Math.min(1, Math.max(0, off)))],
    ...values.map((value, index): [number, number] => [
      x(value),
      y(Math.min(1, Math.max(0, (index + 1) / trials + off))),
    ]),
  ];
  const upper = stairs(points(halfBand ?? 0), area.right);
  const lower = backwards(points(-(halfBand ?? 0)), area.right);
  return plotSvg(
    "ecdf",
    area,
    html`${
        floor === null || ceiling === null
          ? null
          : html`<rect
              class="window-shade"
              x="${x(floor)}"
              y="${area.top}"
              width="${Math.max(x(ceiling) - x(floor), 1)}"
              height="${area.bottom - area.top}"
            />`
      }${axes(area, { ticks: ticksOf(x, width < 450 ? 4 : 6), title: `${quantity}, ms` }, { ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => ({ at: y(share), text: `${share * 100} %` })), title: "share of the trials" })}
      ${halfBand === null ? null : html`<path class="ecdf-band" d="${`${upper}${lower}Z`}" />`}
      ${bounds.map((bound) => html`<path class="bound" d="${`M${x(bound)} ${area.top}V${area.bottom}`}" />`)}
      <path class="stairs" d="${stairs(points(0), area.right)}" />`,
  );
}

/** The lower edge of the band, from its end back to its beginning. */
function backwards(points: readonly (readonly [number, number])[], endX: number): string {
  let path = `L${endX} ${points.at(-1)?.[1] ?? 0}`;
  for (let index = points.length - 1; index > 0; index -= 1) {
    path += `H${Math.round((points[index]?.[0] ?? 0) * 10) / 10}V${Math.round((points[index - 1]?.[1] ?? 0) * 10) / 10}`;
  }
  return `${path}H${points[0]?.[0] ?? 0}`;
}

function ecdfTable(print: Printer, { known, halfBand }: Ecdf, quantity: Quantity): Markup {
  const path = quantity === "outage" ? "outage" : "phases/detection";
  return html`<table>
    <thead>
      <tr>
        <th>trial</th>
        <th class="n">${quantity} ms</th>
        <th class="n">share at most that</th>
        ${when(
          halfBand !== null,
          () =>
            html`<th class="n">band from</th>
              <th class="n">to</th>`,
        )}
      </tr>
    </thead>
    <tbody>
      ${known.map(({ position }) => {
        const at = `/trials/${position}/${path}`;
        return html`<tr>
          <th scope="row">${print.num(`/trials/${position}/index`, "plain")}</th>
          <td class="n">${print.num(`${at}/value`, "ms-bare")}</td>
          <td class="n">${print.num(`ecdf:${at}`, "percent")}</td>
          ${when(
            halfBand !== null,
            () =>
              html`<td class="n">${print.num(`ecdf-low:${at}`, "percent")}</td>
                <td class="n">${print.num(`ecdf-high:${at}`, "percent")}</td>`,
          )}
        </tr>`;
      })}
    </tbody>
  </table>`;
}
