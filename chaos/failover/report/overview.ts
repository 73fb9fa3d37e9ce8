import { scaleLog } from "d3-scale";
import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import type { PointerPrinter } from "../../report/html/pointer-printer.ts";
import type { CellRecord, FailoverRecord } from "../record.ts";
import { promiseText } from "./words.ts";

/** The axis begins here: less than one interval between probes cannot be told from nothing. */
const LEAST_MS = 1;
const MOST_MS = 10_000;
const TOP = 34;
const CHARACTER = 6.6;

/** Every cell's outages on one logarithmic axis, over its window and beside what is promised. */
export function overview(print: PointerPrinter<FailoverRecord>, width: number): Markup {
  const { cells, promised } = print.record;
  const narrow = width < 450;
  const rowHeight = narrow ? 62 : 46;
  const left = narrow ? 8 : 136;
  const right = width - (narrow ? 14 : 24);
  const bottom = TOP + cells.length * rowHeight;
  const largest = Math.max(MOST_MS, ...cells.map(({ outage }) => outage?.max ?? 0));
  const scale = scaleLog().domain([LEAST_MS, largest]).range([left, right]);
  const x = (ms: number): number => scale(Math.max(ms, LEAST_MS));
  const ticks = [1, 10, 100, 1_000, 10_000].filter((tick) => tick <= largest);
  return html`<svg
    class="overview"
    viewBox="${`0 0 ${width} ${bottom + 30}`}"
    width="${width}"
    height="${bottom + 30}"
    role="img"
    aria-label="Outages of all cells on one axis; the table beneath has the numbers"
  >
    <rect
      class="promise"
      x="${x(promised.lowMs)}"
      y="${TOP - 8}"
      width="${x(promised.highMs) - x(promised.lowMs)}"
      height="${bottom - TOP + 8}"
    />
    <text
      class="promise-label"
      x="${(x(promised.lowMs) + x(promised.highMs)) / 2}"
      y="${TOP - 14}"
      text-anchor="middle"
    >
      ${print.svg.fixed(narrow ? promiseText(promised) : `promised: ${promiseText(promised)}`)}
    </text>
    <g class="axis">
      ${ticks.map(
        (tick) =>
          html`<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 8}" y2="${bottom + 4}" /><text
              x="${x(tick)}"
              y="${bottom + 18}"
              text-anchor="${tick === LEAST_MS ? "start" : tick === largest ? "end" : "middle"}"
              data-static
              >${tickText(tick)}</text
            >`,
      )}
    </g>
    ${cells.map((cell, position) => row(print, cell, position, { narrow, rowHeight, left, right, x }))}
  </svg>`;
}

interface Layout {
  readonly narrow: boolean;
  readonly rowHeight: number;
  readonly left: number;
  readonly right: number;
  readonly x: (ms: number) => number;
}

function row(
  print: PointerPrinter<FailoverRecord>,
  cell: CellRecord,
  position: number,
  { narrow, rowHeight, left, right, x }: Layout,
): Markup {
  const above = TOP + position * rowHeight;
  const y = above + (narrow ? 38 : rowHeight / 2);
  const { predicted, outage } = cell;
  const never = cell.trials.filter(({ counts, atLeastMs }) => counts && atLeastMs !== null);
  const neverFrom = Math.min(...never.map(({ atLeastMs }) => atLeastMs ?? 0));
  const end = outage === null ? x(LEAST_MS) : x(outage.max);
  return html`<a href="${`#${cell.id}`}">
    <line class="row-rule" x1="0" x2="${right}" y1="${above}" y2="${above}" />
    <text class="row-name" x="0" y="${narrow ? above + 18 : y + 4}">${cell.title}</text>
    ${
      predicted === null
        ? NOTHING
        : html`<rect
              class="window"
              x="${x(predicted.floorMs)}"
              y="${y - 12}"
              width="${Math.max(x(predicted.ceilingMs) - x(predicted.floorMs), 3)}"
              height="24"
              rx="2"
            /><path class="window-mean" d="${`M${x(predicted.meanMs)} ${y - 12}V${y + 12}`}" />`
    }
    ${outage === null ? NOTHING : html`<line class="range-line" x1="${x(outage.min)}" x2="${end}" y1="${y}" y2="${y}" />`}
    ${cell.trials.map(({ counts, outageMs, index }) =>
      counts && outageMs !== null
        ? html`<circle
            class="trial-dot"
            cx="${x(outageMs)}"
            cy="${y + (((index * 5) % 7) - 3) * 1.8}"
            r="3.6"
          />`
        : NOTHING,
    )}
    ${outage === null ? NOTHING : html`<path class="median-tick" d="${`M${x(outage.median)} ${y - 10}V${y + 10}`}" />`}
    ${never.length === 0 ? NOTHING : html`<path class="endless" d="${`M${x(neverFrom)} ${y}H${right}m-8 -5l8 5l-8 5`}" />`}
    ${label(print, cell, position, { y, end, windowEnd: predicted === null ? 0 : x(predicted.ceilingMs), narrow, left, right, above, never: never.length > 0 ? x(neverFrom) : null })}
  </a>`;
}

/** The median in words, where there is room for it. */
function label(
  print: PointerPrinter<FailoverRecord>,
  cell: CellRecord,
  position: number,
  at: {
    readonly y: number;
    readonly end: number;
    /** Right end of the window; 0 without one. */
    readonly windowEnd: number;
    readonly narrow: boolean;
    readonly left: number;
    readonly right: number;
    readonly above: number;
    readonly never: number | null;
  },
): Markup {
  const said =
    cell.counted === 0
      ? html`no trial can be trusted`
      : at.never !== null
        ? html`not over by itself`
        : cell.outage === null
          ? html`nothing measured`
          : cell.outage.max === 0
            ? html`no request failed`
            : print.svg.num(`/cells/${position}/outage/median`, "ms");
  if (at.narrow) {
    return html`<text class="meas strong" x="${at.right}" y="${at.above + 18}" text-anchor="end"
      >${said}</text
    >`;
  }
  const after = Math.max(at.end, at.windowEnd) + 12;
  if (at.never !== null) {
    return html`<text class="hurt strong" x="${at.never - 10}" y="${at.y + 4}" text-anchor="end"
      >${said}</text
    >`;
  }
  const room = after + 16 * CHARACTER < at.right;
  return html`<text
    class="meas strong"
    x="${room ? after : at.end - 12}"
    y="${at.y + 4}"
    text-anchor="${room ? "start" : "end"}"
    >${said}</text
  >`;
}

function tickText(tick: number): string {
  return tick < 1_000 ? `${tick} ms` : `${tick / 1_000} s`;
}
