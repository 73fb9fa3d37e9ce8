import { scaleLinear } from "d3-scale";
import { PHASES } from "../record.ts";
import { windowOf } from "./headline.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { fixed, type Printer } from "./printer.ts";

const ROW = 46;
const CHARACTER = 6.2;

/**
 * The medians of the phases one after the other, each with its own whisker, below the predicted
 * window and the measured outage. Medians need not add up to the median of the outage.
 */
export function waterfall(print: Printer, width: number): Markup {
  const { record } = print.run;
  const bars: {
    id: string;
    reference: string;
    from: number;
    to: number;
    low: number;
    high: number;
  }[] = [];
  let offset = 0;
  for (const { id } of PHASES) {
    const summary = record.phases[id];
    if (summary === null) continue;
    bars.push({
      id,
      reference: `/phases/${id}`,
      from: offset,
      to: offset + summary.median,
      low: offset + summary.min,
      high: offset + summary.max,
    });
    offset += summary.median;
  }
  if (bars.length === 0) return NOTHING;

  const outage = record.outage !== null && record.outage.max > 0 ? record.outage : null;
  const window = windowOf(record, "outage") ?? windowOf(record, "detection");
  const predicted = windowOf(record, "outage") === null ? "predicted detection" : "predicted";
  const number = (key: string): number =>
    window === null ? 0 : (print.references.numberOf(`${window}/${key}`) ?? 0);
  const narrow = width < 450;
  const left = narrow ? 0 : 190;
  const right = 0;
  const row = narrow ? 50 : ROW;
  const end = Math.max(number("ceilingMs"), outage?.max ?? 0, ...bars.map((bar) => bar.high));
  const x = scaleLinear()
    .domain([0, end])
    .range([left, width - right - 8]);
  const rows = (window === null ? 0 : 1) + (outage === null ? 0 : 1) + bars.length;
  const bottom = rows * row + 4;

  let line = 0;
  const label = (name: string, value: Markup, y: number): Markup =>
    narrow
      ? html`<text class="row-name" x="0" y="${y + 11}">${name}</text
          ><text class="row-value" x="${width}" y="${y + 11}" text-anchor="end">${value}</text>`
      : html`<text class="row-name" x="0" y="${y + 20}">${name}</text
          ><text class="row-value" x="0" y="${y + 36}">${value}</text>`;
  const place = (): { y: number; mid: number } => {
    const y = line * row;
    line += 1;
    return { y, mid: y + (narrow ? 29 : 23) };
  };
  const values = (reference: string): Markup =>
    html`<tspan class="strong">${print.svg.num(`${reference}/median`, "ms")}</tspan>
      [${print.svg.num(`${reference}/min`, "ms-bare")} …
      ${print.svg.num(`${reference}/max`, "ms-bare")}]`;
  const whisker = (low: number, high: number, mid: number): Markup =>
    html`<path
      class="whisker"
      d="${`M${x(low)} ${mid}H${x(high)}M${x(low)} ${mid - 4}v8M${x(high)} ${mid - 4}v8`}"
    />`;

  const drawn: Markup[] = [];
  if (window !== null) {
    const { y, mid } = place();
    drawn.push(
      html`${label(
          predicted,
          html`<tspan class="strong">${print.svg.num(`${window}/meanMs`, "ms")}</tspan>
            [${print.svg.num(`${window}/floorMs`, "ms-bare")} …
            ${print.svg.num(`${window}/ceilingMs`, "ms-bare")}]`,
          y,
        )}<rect
          class="window"
          x="${x(number("floorMs"))}"
          y="${mid - 8}"
          width="${x(number("ceilingMs")) - x(number("floorMs"))}"
          height="16"
          rx="3"
        /><path class="window-mean" d="${`M${x(number("meanMs"))} ${mid - 11}v22`}" />
        <rect
          class="window-shade"
          x="${x(number("floorMs"))}"
          y="${mid + 8}"
          width="${x(number("ceilingMs")) - x(number("floorMs"))}"
          height="${bottom - mid - 8}"
        />`,
    );
  }
  if (outage !== null) {
    const { y, mid } = place();
    const { min, median, max } = outage;
    drawn.push(
      html`${label("outage", values("/outage"), y)}<rect
          class="bar total"
          x="${x(0)}"
          y="${mid - 8}"
          width="${x(median) - x(0)}"
          height="16"
          rx="2"
        />${whisker(min, max, mid)}`,
    );
  }
  for (const bar of bars) {
    const { y, mid } = place();
    drawn.push(
      html`${label(bar.id, values(bar.reference), y)}<line
          class="connector"
          x1="${x(bar.from)}"
          x2="${x(bar.from)}"
          y1="${mid - row + 8}"
          y2="${mid - 8}"
        /><rect
          class="${`bar s-phase-${bar.id}`}"
          x="${Math.min(x(bar.from), x(bar.to))}"
          y="${mid - 8}"
          width="${Math.max(Math.abs(x(bar.to) - x(bar.from)), 2)}"
          height="16"
          rx="${x(bar.to) - x(bar.from) < 4 ? 0 : 2}"
        />${whisker(bar.low, bar.high, mid)}`,
    );
  }
  const ticks = x.ticks(narrow ? 4 : 5);
  return html`<svg
    class="waterfall"
    viewBox="${`0 0 ${width} ${bottom + 26}`}"
    width="${width}"
    height="${bottom + 26}"
    aria-hidden="true"
  >
    <g class="axis">
      ${ticks.map((tick) => html`<line x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="${bottom + 3}" /><text x="${x(tick)}" y="${bottom + 17}" text-anchor="${tick === 0 ? "start" : x(tick) > width - CHARACTER * 4 ? "end" : "middle"}" data-static>${x.tickFormat(5)(tick)}</text>`)}
    </g>
    ${drawn}
  </svg>`;
}

/** The numbers of {@link waterfall} as a table. */
export function waterfallTable(print: Printer): Markup {
  const rows = [
    ...(print.run.record.outage === null ? [] : [{ name: "outage", reference: "/outage" }]),
    ...PHASES.filter(({ id }) => print.run.record.phases[id] !== null).map(({ id }) => ({
      name: id,
      reference: `/phases/${id}`,
    })),
  ];
  return html`<table>
    <thead>
      <tr>
        <th>phase</th>
        <th class="n">trials</th>
        <th class="n">min ms</th>
        <th class="n">median ms</th>
        <th class="n">mean ms</th>
        <th class="n">max ms</th>
        <th class="n">${fixed("standard deviation")} ms</th>
        <th class="n">interval of the median</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ name, reference }) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td class="n">${print.num(`${reference}/n`, "count")}</td>
            ${["min", "median", "mean", "max", "standardDeviation"].map((key) => html`<td class="n">${print.num(`${reference}/${key}`, "ms-bare")}</td>`)}
            <td class="n">
              ${
                print.references.numberOf(`${reference}/medianInterval/low`) === null
                  ? html`<span class="none">too few trials</span>`
                  : html`${print.num(`${reference}/medianInterval/low`, "ms-bare")} …
                    ${print.num(`${reference}/medianInterval/high`, "ms-bare")}
                    (${print.num(`${reference}/medianInterval/confidence`, "percent")})`
              }
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
