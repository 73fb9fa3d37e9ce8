import { scaleLinear } from "d3-scale";
import { html, NOTHING, type Markup } from "../../report/html/markup.ts";
import { doseText } from "../dose.ts";
import type { PointerPrinter } from "../../report/html/pointer-printer.ts";
import type { DoseRecord, DoseResponseRecord } from "../record.ts";

const MARGIN = { left: 54, right: 26, top: 46, bottom: 46 } as const;
const NARROW_BELOW = 450;
/** Below this much room, the counts above neighbouring doses would run into each other. */
const LABEL_WIDTH = 48;

/** One curve: how often the address moved at each dose with its interval, over what theory says. */
export function curvePlot(
  print: PointerPrinter<DoseResponseRecord>,
  position: number,
  width: number,
): Markup {
  const { record } = print;
  const curve = record.curves[position];
  if (curve === undefined) return NOTHING;
  const height = width < NARROW_BELOW ? 270 : 350;
  const [left, right] = [MARGIN.left, width - MARGIN.right];
  const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
  // The same axes for every curve, so that they compare at a glance.
  const wanted = record.curves.flatMap(({ doses, predicted }) => [
    ...doses.map(({ dose }) => dose),
    predicted?.at(-1)?.dose ?? 0,
  ]);
  const most = Math.max(...wanted) || 1;
  const x = scaleLinear().domain([0, most]).range([left, right]);
  const y = scaleLinear().domain([0, 1]).range([bottom, top]);
  const measured = curve.doses.flatMap((dose) =>
    dose.share === null || dose.interval === null
      ? []
      : [{ ...dose, share: dose.share, interval: dose.interval }],
  );
  const points = (list: readonly (readonly [number, number])[]): string =>
    list.map(([dose, share]) => `${round(x(dose))} ${round(y(share))}`).join("L");
  const band = [
    ...measured.map(({ dose, interval }) => [dose, interval.high] as const),
    ...measured.toReversed().map(({ dose, interval }) => [dose, interval.low] as const),
  ];
  const places = curve.doses.map(({ dose }) => x(dose));
  const roomy = places.every(
    (at, index) => index === 0 || at - (places[index - 1] ?? 0) >= LABEL_WIDTH,
  );
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const count = record.disturbance.unit === "count" ? Math.min(most, 8) : 6;
  const name = `${curve.title}: how often the address moved, by dose; the table beneath has the numbers`;
  return html`<svg
    class="curve-plot"
    viewBox="${`0 0 ${width} ${height}`}"
    width="${width}"
    height="${height}"
    role="img"
    aria-label="${name}"
  >
    <g class="axis">
      ${ticks.map((tick) => html`<line x1="${left - 4}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}" /><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end" data-static>${`${tick * 100} %`}</text>`)}
      ${x.ticks(count).map((tick) => html`<line x1="${x(tick)}" x2="${x(tick)}" y1="${bottom}" y2="${bottom + 5}" /><text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle" data-static>${doseText(record.disturbance.unit, tick)}</text>`)}
      <text x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle">
        ${record.disturbance.axis}
      </text>
      <text x="0" y="13">probability that the address moves</text>
    </g>
    ${measured.length < 2 ? NOTHING : html`<path class="interval-band" d="${`M${points(band)}Z`}" />`}
    ${curve.predicted === null ? NOTHING : html`<path class="theory" d="${`M${points(curve.predicted.map(({ dose, share }) => [dose, share]))}`}" />`}
    ${measured.length < 2 ? NOTHING : html`<path class="measured-line" d="${`M${points(measured.map(({ dose, share }) => [dose, share]))}`}" />`}
    ${measured.map((dose) => {
      const at = x(dose.dose);
      return html`<path
          class="${dose.fits === false ? "interval outside" : "interval"}"
          d="${`M${round(at - 5)} ${round(y(dose.interval.low))}h10m-5 0V${round(y(dose.interval.high))}m-5 0h10`}"
        /><circle
          class="${dose.fits === false ? "dose-dot outside" : "dose-dot"}"
          cx="${at}"
          cy="${y(dose.share)}"
          r="5"
        />`;
    })}
    ${roomy ? curve.doses.map((dose, index) => label(print, dose, `/curves/${position}/doses/${index}`, x(dose.dose), top - 12)) : NOTHING}
  </svg>`;
}

/** How many of how many, in a line above the doses. */
function label(
  print: PointerPrinter<DoseResponseRecord>,
  dose: DoseRecord,
  pointer: string,
  x: number,
  y: number,
): Markup {
  if (dose.share === null) return NOTHING;
  return html`<text class="dose-label" x="${x}" y="${y}" text-anchor="middle"
    >${print.svg.num(`${pointer}/moved`, "count")} of
    ${print.svg.num(`${pointer}/counted`, "count")}</text
  >`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
