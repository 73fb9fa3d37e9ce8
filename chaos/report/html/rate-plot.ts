import { scaleLinear } from "d3-scale";
import { html, type Markup } from "./markup.ts";
import { axes, linePath, plotArea, plotSvg, ticksOf } from "./plot-axes.ts";
import type { Printer } from "./printer.ts";
import { faultStretches, timeScale } from "./latency-scatter.ts";
import { binQuery, type TimeAxis, type TimeBin } from "./time-bins.ts";

/** What the rate of is drawn, and how it is asked for. */
export const RATES = [
  { name: "sent", query: "" },
  { name: "ok", query: "outcome=ok" },
  { name: "failed", query: "outcome=failed" },
] as const;

/** Requests a second that were sent, that were answered and that failed, by when they were meant to start. */
export function ratePlot(print: Printer, time: TimeAxis, width: number): Markup {
  const area = plotArea(width, width < 450 ? 150 : 160);
  const x = timeScale(time, area);
  const at = (bin: TimeBin, query: string): number | null =>
    print.references.numberOf(binQuery(bin, "rate", query));
  const most = Math.max(1, ...time.bins.map((bin) => at(bin, "") ?? 0));
  const y = scaleLinear()
    .domain([0, most * 1.1])
    .range([area.bottom, area.top]);
  return plotSvg(
    "rates",
    area,
    html`${faultStretches(print, time, area)}${axes(area, { ticks: ticksOf(x, width < 450 ? 4 : 9), title: "ms after P1" }, { ticks: ticksOf(y, 3), title: "requests a second" })}
    ${RATES.map(({ name, query }) => {
      const points = time.bins.flatMap((bin) => {
        const rate = at(bin, query);
        return rate === null
          ? [null]
          : ([[x(bin.fromMs), y(rate)] as const, [x(bin.toMs), y(rate)] as const] as const);
      });
      return html`<path class="${`rate r-${name}`}" d="${linePath(points)}" />`;
    })}`,
  );
}
