import { scaleLinear } from "d3-scale";
import { html, NOTHING, type Markup } from "../html/markup.ts";
import type { SharedMeasure, SideOfMeasure } from "./measures.ts";

const WIDTH = 280;
const HEIGHT = 46;
const MARGIN = 8;
const ROWS = { first: 13, second: 33 } as const;

/** The trials of both runs on one scale, a dot each, and their medians; the table has the numbers. */
export function stripPlot({ first, second }: SharedMeasure): Markup {
  const all = [...first.values, ...second.values];
  if (all.length === 0) return NOTHING;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = scaleLinear()
    .domain(low === high ? [low - 1, high + 1] : [low, high])
    .range([MARGIN, WIDTH - MARGIN]);
  const row = (side: "first" | "second", { values, summary }: SideOfMeasure): Markup => {
    const y = ROWS[side];
    const median = summary === null ? null : x(summary.median);
    return html`<line class="strip-rule" x1="0" x2="${WIDTH}" y1="${y}" y2="${y}" /> ${values.map(
        (value, index) =>
          html`<circle
            class="${`in-${side}`}"
            cx="${x(value)}"
            cy="${y + (((index * 5) % 7) - 3) * 1.1}"
            r="3.6"
          />`,
      )}
      ${median === null ? NOTHING : html`<path class="${`median-${side}`}" d="${`M${median} ${y - 8}V${y + 8}`}" />`}`;
  };
  return html`<svg
    viewBox="${`0 0 ${WIDTH} ${HEIGHT}`}"
    width="${WIDTH}"
    height="${HEIGHT}"
    aria-hidden="true"
  >
    ${row("first", first)}${row("second", second)}
  </svg>`;
}
