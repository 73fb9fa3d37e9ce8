import { scaleLinear, scaleLog } from "d3-scale";
import { html, type Markup } from "../../report/html/markup.ts";
import { isRound } from "./tick.ts";

/** One curve; a null is a gap. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

/** One drawing with axes. */
export interface Panel {
  readonly title: string;
  readonly xTitle: string;
  readonly xTicks: readonly (readonly [x: number, text: string])[];
  readonly y: "log" | "linear";
  readonly yText: (value: number) => string;
  readonly series: readonly Series[];
}

/** Room in the drawing, in its own units. */
export const PANEL = { width: 960, height: 380 } as const;

const PLOT = { left: 72, right: PANEL.width - 220, top: 48, bottom: PANEL.height - 52 };
const LABEL_HEIGHT = 16;
const HUES = 8;
const DASHES = ["none", "6 3", "2 3"];

/** The panel as a group whose top is at `top`, each curve named at its right end. */
export function panelMarkup(panel: Panel, top: number): Markup {
  const points = panel.series.flatMap((series) => series.points);
  const xs = points.map(([x]) => x);
  const ys = points.flatMap(([, y]) => (y === null ? [] : [y]));
  const x = scaleLinear()
    .domain([Math.min(...xs), Math.max(...xs)])
    .range([PLOT.left, PLOT.right]);
  const y = yScale(panel.y, ys).range([PLOT.bottom, PLOT.top]);
  const yTicks = y.ticks(5).filter((tick) => panel.y === "linear" || isRound(tick));
  const ends = panel.series.map(({ points }) => {
    const last = points.findLast(([, value]) => value !== null)?.[1] ?? null;
    return last === null ? PLOT.bottom : y(last);
  });
  const labels = spread(ends);
  return html`<g transform="${`translate(0 ${top})`}">
    <text class="title" x="${PLOT.left}" y="22">${panel.title}</text>
    <g class="axis">
      ${yTicks.map((tick) => html`<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(tick)}" y2="${y(tick)}" /><text x="${PLOT.left - 8}" y="${y(tick) + 4}" text-anchor="end">${panel.yText(tick)}</text>`)}
      ${panel.xTicks.map(([tick, text]) => html`<line x1="${x(tick)}" x2="${x(tick)}" y1="${PLOT.top}" y2="${PLOT.bottom + 4}" /><text x="${x(tick)}" y="${PLOT.bottom + 20}" text-anchor="middle">${text}</text>`)}
      <text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 42}" text-anchor="middle">
        ${panel.xTitle}
      </text>
    </g>
    ${panel.series.map(({ name, points }, index) => {
      const style = `hue-${index % HUES}`;
      const dash = DASHES[Math.floor(index / HUES) % DASHES.length] ?? "none";
      const [end, label] = [ends[index] ?? 0, labels[index] ?? 0];
      return html`<g class="${style}">
        <path class="curve" stroke-dasharray="${dash}" d="${pathOf(points, x, y)}" />
        <path class="leader" d="${`M${PLOT.right + 2} ${end}L${PLOT.right + 14} ${label}`}" />
        <text x="${PLOT.right + 18}" y="${label + 4}">${name}</text>
      </g>`;
    })}
  </g>`;
}

type Scale = (value: number) => number;

function yScale(kind: Panel["y"], values: readonly number[]) {
  const highest = Math.max(...values);
  if (kind === "linear")
    return scaleLinear()
      .domain([0, highest > 0 ? highest : 1])
      .nice(5);
  const lowest = Math.min(...values.filter((value) => value > 0));
  return scaleLog().domain([lowest / 1.1, Math.max(highest, lowest * 2) * 1.1]);
}

function pathOf(points: Series["points"], x: Scale, y: Scale): string {
  let pen = "M";
  let path = "";
  for (const [at, value] of points) {
    if (value === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

/** Heights at which labels do not cover each other, in the order of what they name. */
function spread(ends: readonly number[]): number[] {
  const order = ends.map((end, index) => ({ end, index })).sort((a, b) => a.end - b.end);
  const placed: number[] = [];
  let least = PLOT.top;
  for (const { end, index } of order) {
    least = Math.max(least, end);
    placed[index] = least;
    least += LABEL_HEIGHT;
  }
  // What went too far down moves up together with those it would cover.
  let most = PANEL.height - 8;
  for (const { index } of order.toReversed()) {
    most = Math.min(most, placed[index] ?? most);
    placed[index] = most;
    most -= LABEL_HEIGHT;
  }
  return placed;
}
