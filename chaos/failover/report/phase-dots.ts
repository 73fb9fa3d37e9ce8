import { scaleLinear } from "d3-scale";
import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import type { PointerPrinter } from "../../report/html/pointer-printer.ts";
import type { CellRecord, FailoverRecord } from "../record.ts";

const HEIGHT = 240;

/** Outage against the phase of the fault over the line that theory draws; nothing without a phase. */
export function phaseDots(
  print: PointerPrinter<FailoverRecord>,
  position: number,
  width: number,
): Markup {
  const cell = print.record.cells[position];
  if (cell === undefined) return NOTHING;
  const points = pointsOf(cell);
  const period = Math.max(cell.periodMs ?? 0, ...points.map(({ phase }) => phase));
  if (points.length === 0 || period <= 0) return NOTHING;
  const { predicted } = cell;
  const [left, right, top, bottom] = [52, width - 12, 26, HEIGHT - 42];
  const values = points.map(({ outage }) => outage);
  const bounds = predicted === null ? [] : [predicted.floorMs, predicted.ceilingMs];
  const [low, high] = [Math.min(...values, ...bounds), Math.max(...values, ...bounds)];
  const pad = Math.max((high - low) * 0.08, 1);
  const x = scaleLinear().domain([0, period]).range([left, right]);
  const y = scaleLinear()
    .domain([low - pad, high + pad])
    .range([bottom, top]);
  const count = width < 450 ? 4 : 6;
  return html`<svg
    class="phase-plot"
    viewBox="${`0 0 ${width} ${HEIGHT}`}"
    width="${width}"
    height="${HEIGHT}"
    role="img"
    aria-label="Outage against the phase of the fault; the table of trials has the numbers"
  >
    <g class="axis">
      ${x.ticks(count).map((tick) => html`<line x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${bottom + 4}" /><text x="${x(tick)}" y="${bottom + 17}" text-anchor="middle" data-static>${x.tickFormat(count)(tick)}</text>`)}
      ${y.ticks(5).map((tick) => html`<line x1="${left - 4}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}" /><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end" data-static>${y.tickFormat(5)(tick)}</text>`)}
      <text x="${(left + right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">
        ms from the last advert to the fault
      </text>
      <text x="0" y="12">outage, ms</text>
    </g>
    ${
      predicted === null
        ? NOTHING
        : html`<path
            class="theory"
            d="${`M${x(0)} ${y(predicted.ceilingMs)}L${x(period)} ${y(predicted.ceilingMs - period)}`}"
          />`
    }
    ${points.map(({ phase, outage }) => html`<circle class="trial-dot" cx="${x(phase)}" cy="${y(outage)}" r="4.6" />`)}
  </svg>`;
}

function pointsOf({ trials }: CellRecord): { readonly phase: number; readonly outage: number }[] {
  return trials.flatMap(({ counts, phaseMs, outageMs }) =>
    !counts || phaseMs === null || outageMs === null ? [] : [{ phase: phaseMs, outage: outageMs }],
  );
}
