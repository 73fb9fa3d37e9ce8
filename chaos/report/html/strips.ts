import { scaleLinear } from "d3-scale";
import { bareFormatOfUnit } from "../format.ts";
import { sampleOf } from "./headline.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import type { Printer } from "./printer.ts";

const ROW = 104;
const SIDE = 26;
const DOT = 10;
const DOTS_HIGH = 4;

/** What each objective measured, one dot a trial, equal values on top of each other, and its bound. */
export function strips(print: Printer, width: number): Markup {
  const shown = print.run.record.objectives.flatMap((objective, position) =>
    objective.summary === null ? [] : [position],
  );
  if (shown.length === 0) return NOTHING;
  const height = shown.length * ROW;
  return html`<svg
    class="strips"
    viewBox="${`0 0 ${width} ${height}`}"
    width="${width}"
    height="${height}"
    aria-hidden="true"
  >
    ${shown.map((position, row) => strip(print, position, width, row * ROW))}
  </svg>`;
}

/** The strip of one objective, given by its position in the record. */
export function strip(print: Printer, position: number, width: number, top: number): Markup {
  const { record } = print.run;
  const objective = record.objectives[position];
  if (objective === undefined) return NOTHING;
  const values = record.trials.flatMap(({ verdict }, trial) => {
    // A trial that does not count is not in the summary either.
    if (verdict === "invalid") return [];
    const value = print.references.numberOf(sampleOf(trial, objective.id));
    return value === null ? [] : [{ value, trial }];
  });
  const bounds = [objective.atMost, objective.atLeast].filter((bound) => bound !== null);
  const all = [...values.map((one) => one.value), ...bounds];
  const counts = objective.unit === "count";
  const x = scaleLinear()
    .domain([Math.min(0, ...all), Math.max(counts ? 5 : Number.MIN_VALUE, ...all)])
    .nice(5)
    .range([SIDE, width - SIDE]);
  const base = top + 72;

  const stacks = new Map<number, { value: number; trial: number }[]>();
  for (const one of values) {
    const at = Math.round(x(one.value) / DOT);
    const stack = stacks.get(at);
    if (stack === undefined) stacks.set(at, [one]);
    else stack.push(one);
  }
  const dots = [...stacks.values()].map((stack) => {
    const columns = Math.ceil(stack.length / DOTS_HIGH);
    return stack.map(({ value, trial }, index) => {
      const column = Math.floor(index / DOTS_HIGH) - (columns - 1) / 2;
      const [cx, cy] = [x(value) + column * DOT, base - 8 - (index % DOTS_HIGH) * DOT];
      return record.trials[trial]?.objectives[objective.id]?.verdict === "pass"
        ? html`<circle class="trial-dot" cx="${cx}" cy="${cy}" r="4.2" />`
        : html`<path class="not-passed" d="${`M${cx - 4} ${cy - 4}l8 8m-8 0l8 -8`}" />`;
    });
  });

  const bound = (key: "atMost" | "atLeast"): Markup => {
    const value = objective[key];
    if (value === null) return NOTHING;
    const at = x(value);
    const leftward = at > width / 2;
    return html`<path class="bound" d="${`M${at} ${base - 52}V${base + 4}`}" /><text
        class="bound-label"
        x="${leftward ? at - 6 : at + 6}"
        y="${base - 44}"
        text-anchor="${leftward ? "end" : "start"}"
        >${key === "atMost" ? "at most" : "at least"}
        ${print.svg.num(`/objectives/${position}/${key}`, bareFormatOfUnit(objective.unit))}</text
      >`;
  };
  const ticks = x.ticks(5).filter((tick) => !counts || Number.isInteger(tick));
  const unit = counts ? "" : `, ${objective.unit}`;
  return html`<text class="row-name" x="${SIDE}" y="${top + 13}"
      >${print.svg.text(`/objectives/${position}/title`)}${unit}</text
    >
    <g class="axis">
      <line x1="${SIDE}" x2="${width - SIDE}" y1="${base}" y2="${base}" />
      ${ticks.map((tick) => html`<text x="${x(tick)}" y="${base + 16}" text-anchor="middle" data-static>${counts ? String(tick) : x.tickFormat(5)(tick)}</text>`)}
    </g>
    ${bound("atMost")}${bound("atLeast")}${dots}`;
}

/** The numbers of {@link strips} as a table. */
export function stripsTable(print: Printer): Markup {
  const { objectives, trials } = print.run.record;
  return html`<table>
    <thead>
      <tr>
        <th>trial</th>
        ${objectives.map((_, position) => html`<th class="n">${print.text(`/objectives/${position}/title`)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${trials.map(
        (trial, position) =>
          html`<tr>
            <th scope="row">${print.num(`/trials/${position}/index`, "plain")}</th>
            ${objectives.map(
              (objective) =>
                html`<td class="n">
                  ${
                    trial.objectives[objective.id] === undefined
                      ? html`<span class="none">not judged</span>`
                      : print.measured(
                          sampleOf(position, objective.id).replace(/\/value$/, ""),
                          bareFormatOfUnit(objective.unit),
                        )
                  }
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
