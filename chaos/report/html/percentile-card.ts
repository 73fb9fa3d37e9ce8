import { scaleLog } from "d3-scale";
import { latencyOf, type When } from "../probe-statistics.ts";
import { bothWidths, card } from "./card.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { axes, logTicks, plotArea, plotSvg, stairs, type Tick } from "./plot-axes.ts";
import { fixed, type Printer } from "./printer.ts";
import { COUNTED } from "./time-bins.ts";

const WHENS: readonly { readonly when: When; readonly title: string }[] = [
  { when: "before", title: "before the fault" },
  { when: "during", title: "until the recovery" },
  { when: "after", title: "after the recovery" },
];

/** Fewer answers are no distribution. */
const LEAST_ANSWERS = 20;

/** Steps of a curve at most, evenly spread over the axis. */
const MOST_STEPS = 160;

const QUANTILES = [
  { q: 0.5, name: "p50" },
  { q: 0.9, name: "p90" },
  { q: 0.99, name: "p99" },
  { q: 0.999, name: "p99.9" },
] as const;

/** How slow the slowest answers were, before, during and after the trouble. */
export function percentileCard(print: Printer, width: number): Markup {
  const curves = WHENS.flatMap(({ when, title }) => {
    const took = print.references.probes
      .rows(answered(when))
      .map((row) => Math.max(latencyOf(row), 0.01))
      .toSorted((a, b) => a - b);
    return took.length < LEAST_ANSWERS ? [] : [{ when, title, took }];
  });
  if (curves.length < 2 || print.run.record.load.class === "long-lived") return NOTHING;
  return card(
    "percentiles",
    "How slow the slowest answers were",
    html`<p class="caption">
        Requests that were answered, timed from when they were meant to start. The axis stretches
        towards the slowest: what lies right of a tick is the rest of the answers.
      </p>
      <ul class="legend">
        ${curves.map(({ when, title }) => html`<li><i class="${`l-when-${when}`}"></i>${title}</li>`)}
      </ul>
      ${bothWidths((wide) => percentilePlot(curves, wide), width)}
      <details>
        <summary>Data of this plot</summary>
        <div class="scroll">${percentileTable(print)}</div>
      </details>`,
  );
}

function answered(when: When): string {
  return `${COUNTED}&when=${when}&outcome=ok`;
}

function percentilePlot(
  curves: readonly { readonly when: When; readonly took: readonly number[] }[],
  width: number,
): Markup {
  const area = plotArea(width, width < 450 ? 260 : 320);
  const most = Math.max(...curves.map(({ took }) => took.length));
  const x = scaleLog().domain([1, most]).range([area.left, area.right]);
  const y = scaleLog()
    .domain([
      Math.min(...curves.map(({ took }) => took[0] ?? 1)) * 0.85,
      Math.max(...curves.map(({ took }) => took.at(-1) ?? 1)) * 1.2,
    ])
    .range([area.bottom, area.top]);
  const ticks = [
    { left: 1, text: "0 %" },
    { left: 2, text: "50 %" },
    { left: 10, text: "90 %" },
    { left: 100, text: "99 %" },
    { left: 1_000, text: "99.9 %" },
    { left: 10_000, text: "99.99 %" },
    { left: 100_000, text: "99.999 %" },
  ].flatMap(({ left, text }): Tick[] => (left > most ? [] : [{ at: x(left), text }]));
  return plotSvg(
    "percentiles",
    area,
    html`${axes(area, { ticks, title: "share of the answers that were at most so slow" }, { ticks: logTicks(y), title: "answer took, ms" })}
    ${curves.map(({ when, took }) => html`<path class="${`curve w-${when}`}" d="${curvePath(took, x, y)}" />`)}`,
  );
}

/** The k-th of n values holds from 1 / (1 − (k − 1) / n) on; the last one ends where the plot cannot tell more. */
function curvePath(
  sorted: readonly number[],
  x: (left: number) => number,
  y: (ms: number) => number,
): string {
  const n = sorted.length;
  const points: [number, number][] = [];
  let last = -Infinity;
  const apart = (x(n) - x(1)) / MOST_STEPS;
  for (const [index, value] of sorted.entries()) {
    const at = x(n / (n - index));
    if (at - last < apart && index < n - 1) continue;
    points.push([at, y(value)]);
    last = at;
  }
  return stairs(points, x(n));
}

function percentileTable(print: Printer): Markup {
  return html`<table>
    <thead>
      <tr>
        <th>requests meant to start</th>
        <th class="n">answered</th>
        ${QUANTILES.map(({ name }) => html`<th class="n">${fixed(name)} ms</th>`)}
        <th class="n">slowest ms</th>
        <th class="n">failed</th>
      </tr>
    </thead>
    <tbody>
      ${WHENS.map(({ when, title }) => {
        const count = print.references.numberOf(`probes?${answered(when)}`) ?? 0;
        return html`<tr>
          <th scope="row">${title}</th>
          <td class="n">${print.num(`probes?${answered(when)}`, "count")}</td>
          ${QUANTILES.map(
            ({ q }) =>
              html`<td class="n">
                ${count * (1 - q) < 1 ? html`<span class="none">too few</span>` : print.num(`latency?${answered(when)}&q=${q}`, "ms-bare")}
              </td>`,
          )}
          <td class="n">
            ${count === 0 ? html`<span class="none">none</span>` : print.num(`latency?${answered(when)}&q=1`, "ms-bare")}
          </td>
          <td class="n">${print.num(`probes?${COUNTED}&when=${when}&outcome=failed`, "count")}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}
