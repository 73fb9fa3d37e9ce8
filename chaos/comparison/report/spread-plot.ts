import { scaleLinear, type ScaleLinear } from "d3-scale";
import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import { METRICS } from "../metric.ts";
import type { Cell, ComparisonRecord, FaultResult } from "../record.ts";
import { FORMATS, METRIC_FORMATS } from "./numbers.ts";

const SIZE = { width: 240, height: 30, side: 20, axis: 18 } as const;

/** So that differences of nothing do not fill the plot. */
const LEAST_MOST: Readonly<Record<ComparisonRecord["metric"], number>> = { failed: 0.01, p99: 10 };

/** The scale that all distributions under one fault share. */
export function spreadScale(
  fault: FaultResult,
  metric: ComparisonRecord["metric"],
): ScaleLinear<number, number> {
  const values = fault.cells.flatMap(({ runs, live }) =>
    [...runs, ...(live?.runs ?? [])].flatMap((run) => METRICS[metric].valueOf(run) ?? []),
  );
  return scaleLinear()
    .domain([0, Math.max(LEAST_MOST[metric], ...values)])
    .nice(4)
    .range([SIZE.side, SIZE.width - SIZE.side]);
}

/** The runs of one cell as dots, the median as a line, its interval as a bar; live runs as rings. */
export function spreadPlot(
  { runs, value, live }: Cell,
  metric: ComparisonRecord["metric"],
  x: ScaleLinear<number, number>,
): Markup {
  const { valueOf } = METRICS[metric];
  const middle = SIZE.height / 2;
  const at = (run: (typeof runs)[number]): number | null => {
    const found = valueOf(run);
    return found === null ? null : x(found);
  };
  // Spread a little in height, so that equal values can be counted.
  const dots = runs.flatMap((run, index) => {
    const cx = at(run);
    if (cx === null) return [];
    return [
      html`<circle class="run-dot" cx="${cx}" cy="${middle + ((index % 5) - 2) * 3.2}" r="3" />`,
    ];
  });
  const rings = (live?.runs ?? []).flatMap((run) => {
    const cx = at(run);
    return cx === null ? [] : [html`<circle class="live-dot" cx="${cx}" cy="${middle}" r="5" />`];
  });
  return html`<svg
    viewBox="${`0 0 ${SIZE.width} ${SIZE.height}`}"
    width="${SIZE.width}"
    height="${SIZE.height}"
    aria-hidden="true"
  >
    ${x.ticks(4).map((tick) => html`<line class="guide" x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="${SIZE.height}" />`)}
    ${dots}
    ${
      value === null
        ? NOTHING
        : html`<line
              class="interval"
              x1="${x(value.low)}"
              x2="${x(value.high)}"
              y1="${middle}"
              y2="${middle}"
            /><path class="median-tick" d="${`M${x(value.median)} ${middle - 8}v16`}" />`
    }${rings}
  </svg>`;
}

/** The axis of the plots below it. */
export function spreadAxis(
  metric: ComparisonRecord["metric"],
  x: ScaleLinear<number, number>,
): Markup {
  const format = FORMATS[METRIC_FORMATS[metric].value];
  // A label needs its room; the sides have that of half of one.
  const every = x.ticks(4).length > 5 ? 2 : 1;
  const ticks = x.ticks(4).filter((_, index) => index % every === 0);
  return html`<svg
    viewBox="${`0 0 ${SIZE.width} ${SIZE.axis}`}"
    width="${SIZE.width}"
    height="${SIZE.axis}"
    aria-hidden="true"
  >
    <g class="axis">
      ${ticks.map(
        (tick) =>
          html`<text x="${x(tick)}" y="13" text-anchor="middle" data-static
            >${format(tick)
              .replace(/\.0+(?!\d)/, "")
              .replace(/(\.\d)0(?!\d)/, "$1")}</text
          >`,
      )}
    </g>
  </svg>`;
}
