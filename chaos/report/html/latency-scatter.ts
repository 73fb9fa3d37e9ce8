import { scaleLinear, scaleLog } from "d3-scale";
import { latencyOf, type ProbeRow } from "../probe-statistics.ts";
import { html, type Markup } from "./markup.ts";
import {
  axes,
  linePath,
  logTicks,
  plotArea,
  plotSvg,
  ticksOf,
  type PlotArea,
} from "./plot-axes.ts";
import type { Printer } from "./printer.ts";
import { COUNTED, quantileQuery, type TimeAxis } from "./time-bins.ts";

/** Points of one outcome at most; with a cell of this size in pixels a picture loses nothing. */
const MOST_POINTS = 2_400;
const CELL = 2.5;

/** The scale of time that the plots below each other share. */
export function timeScale(time: TimeAxis, area: PlotArea) {
  return scaleLinear().domain([time.startMs, time.endMs]).range([area.left, area.right]);
}

/**
 * How long every request took, over the time at which it was meant to start; all trials on each other,
 * aligned at the fault. The rarer an outcome, the further on top.
 */
export function latencyScatter(print: Printer, time: TimeAxis, width: number): Markup {
  const area = plotArea(width, width < 450 ? 260 : 330);
  const shown = print.references.probes
    .rows(COUNTED)
    .filter(({ intendedMs }) => intendedMs >= time.startMs && intendedMs <= time.endMs);
  const took = shown.map((row) => Math.max(latencyOf(row), 0.01));
  const [least, most] = took.reduce(
    ([low, high], ms) => [Math.min(low, ms), Math.max(high, ms)],
    [Infinity, 0],
  );
  const x = timeScale(time, area);
  const y = scaleLog()
    .domain([Math.min(least, most / 2) * 0.85, most * 1.2])
    .range([area.bottom, area.top]);
  const byOutcome = Map.groupBy(shown, ({ probe }) => probe.outcome);
  const layers = [...byOutcome].toSorted(([, a], [, b]) => b.length - a.length);
  const line = (q: number): string =>
    linePath(
      time.bins.map((bin) => {
        const query = quantileQuery(print, bin, q);
        const value = query === null ? null : print.references.numberOf(query);
        if (value === null) return null;
        return [x((bin.fromMs + bin.toMs) / 2), y(Math.max(value, 0.01))] as const;
      }),
    );
  return plotSvg(
    "scatter",
    area,
    html`${faultStretches(print, time, area)}${axes(area, { ticks: ticksOf(x, width < 450 ? 4 : 9), title: "ms after P1" }, { ticks: logTicks(y), title: "request took, ms" })}
      ${layers.map(([outcome, rows]) => html`<path class="${`points o-${outcome}`}" d="${pointsPath(rows, x, y, width < 450 ? MOST_POINTS / 3 : MOST_POINTS)}" />`)}
      <path class="quantile-under" d="${line(time.upper.q)}" />
      <path class="quantile upper" d="${line(time.upper.q)}" />
      <path class="quantile-under" d="${line(0.5)}" />
      <path class="quantile" d="${line(0.5)}" />`,
  );
}

/** Shade while a fault was active: from the median start of each fault of a trial to its median end. */
export function faultStretches(print: Printer, time: TimeAxis, area: PlotArea): Markup {
  const { trials } = print.run.record;
  const x = timeScale(time, area);
  const most = Math.max(0, ...trials.map(({ faults }) => faults.length));
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
  return html`${Array.from({ length: most }, (_, index) => {
      const at = (key: string, missing: number): number[] =>
        trials.flatMap(({ faults }, position) =>
          faults[index] === undefined
            ? []
            : [print.references.numberOf(`/trials/${position}/faults/${index}/${key}`) ?? missing],
        );
      const from = Math.max(middle(at("injectedNs", 0)), time.startMs);
      const to = Math.min(middle(at("healedNs", time.endMs)), time.endMs);
      if (to <= from) return null;
      return html`<rect
        class="fault-shade"
        x="${x(from)}"
        y="${area.top}"
        width="${x(to) - x(from)}"
        height="${area.bottom - area.top}"
      />`;
    })}<path
      class="f-injected"
      d="${`M${Math.round(x(0) * 10) / 10} ${area.top}V${area.bottom}`}"
    />`;
}

/**
 * One dot for each cell that has any, so that the size does not grow with the number of requests. Where
 * there are still too many, those of the fullest cells go first: what is rare stays.
 */
export function pointsPath(
  rows: readonly ProbeRow[],
  x: (ms: number) => number,
  y: (ms: number) => number,
  most: number,
): string {
  const cells = new Map<string, number>();
  for (const row of rows) {
    const key = `${Math.round(x(row.intendedMs) / CELL)} ${Math.round(y(Math.max(latencyOf(row), 0.01)) / CELL)}`;
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  const kept =
    cells.size <= most
      ? [...cells]
      : [...cells]
          .toSorted(([a, some], [b, more]) => some - more || scatter(a) - scatter(b))
          .slice(0, most);
  return kept
    .map(([key]) => {
      const [column = 0, row = 0] = key.split(" ").map(Number);
      return `M${column * CELL} ${row * CELL}h0`;
    })
    .join("");
}

/** A number that says nothing of where a cell lies (FNV-1a): what goes is spread evenly. */
function scatter(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
