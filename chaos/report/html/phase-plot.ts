import { scaleLinear } from "d3-scale";
import type { Reference } from "../reference.ts";
import { windowOf } from "./headline.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import type { Printer } from "./printer.ts";

/** What {@link phasePlot} shows against the phase. */
export interface PhaseQuantity {
  readonly of: "outage" | "detection";
  readonly window: Reference | null;
  readonly ofTrial: (position: number) => Reference;
}

/**
 * The quantity that theory ties to the phase of the heartbeat, or null when the scenario has no
 * heartbeat or no trial has both.
 */
export function phaseQuantity(print: Printer): PhaseQuantity | null {
  const { record } = print.run;
  const outage: PhaseQuantity = {
    of: "outage",
    window: windowOf(record, "outage"),
    ofTrial: (position) => `/trials/${position}/outage/value`,
  };
  const detection: PhaseQuantity = {
    of: "detection",
    window: windowOf(record, "detection"),
    ofTrial: (position) => `/trials/${position}/phases/detection/value`,
  };
  const quantity = outage.window === null && detection.window !== null ? detection : outage;
  return record.trials.some((trial) => trial.phase.of !== null) &&
    pointsOf(print, quantity).length > 0
    ? quantity
    : null;
}

interface Point {
  readonly position: number;
  readonly phase: number;
  readonly value: number;
}

/** The trials that have both a phase and the quantity. */
export function pointsOf(print: Printer, quantity: PhaseQuantity): readonly Point[] {
  return print.run.record.trials.flatMap((trial, position) => {
    const phase = trial.phase.achieved.value;
    const value = print.references.numberOf(quantity.ofTrial(position));
    return phase === null || value === null ? [] : [{ position, phase, value }];
  });
}

/**
 * One dot a trial over the line that theory draws: the ceiling less the phase, within the run's own
 * resolution.
 */
export function phasePlot(print: Printer, quantity: PhaseQuantity, width: number): Markup {
  const { record } = print.run;
  const narrow = width < 450;
  const [left, right, top, height] = [52, narrow ? 8 : 20, 44, narrow ? 290 : 340];
  const bottom = height - 46;
  const points = pointsOf(print, quantity);
  const period = Math.max(
    ...record.trials.map((trial) => trial.phase.periodMs ?? 0),
    ...points.map((point) => point.phase),
  );
  const resolution = resolutionOf(print, quantity);
  const theory = theoryOf(print, quantity, period);
  const values = points.map((point) => point.value);
  const lowest = Math.min(
    ...values,
    ...(theory === null ? [] : [theory.low - period - resolution]),
  );
  const highest = Math.max(...values, ...(theory === null ? [] : [theory.high + resolution]));
  const pad = Math.max((highest - lowest) * 0.08, 1);
  const x = scaleLinear()
    .domain([0, period])
    .range([left, width - right]);
  const y = scaleLinear()
    .domain([lowest - pad, highest + pad])
    .range([bottom, top]);

  const line = (at: (phase: number) => number): string =>
    `M${x(0)} ${y(at(0))}L${x(period)} ${y(at(period))}`;
  const fit = quantity.of === "outage" ? record.phaseFit : null;
  const drawn =
    theory === null
      ? NOTHING
      : html`<path
            class="window-band"
            d="${`M${x(0)} ${y(theory.high + resolution)}L${x(period)} ${y(theory.high - period + resolution)}V${y(theory.low - period - resolution)}L${x(0)} ${y(theory.low - resolution)}Z`}"
          /><path class="theory" d="${line((phase) => (theory.low + theory.high) / 2 - phase)}" />`;
  const unit = narrow ? 4 : 8;
  return html`<svg
    class="phase-plot"
    viewBox="${`0 0 ${width} ${height}`}"
    width="${width}"
    height="${height}"
  >
    <g class="axis">
      ${x.ticks(unit).map((tick) => html`<line x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${bottom + 4}" /><text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle" data-static>${x.tickFormat(unit)(tick)}</text>`)}
      ${y.ticks(6).map((tick) => html`<line x1="${left - 4}" x2="${width - right}" y1="${y(tick)}" y2="${y(tick)}" /><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end" data-static>${y.tickFormat(6)(tick)}</text>`)}
      <text x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle">
        ms from the last heartbeat to the fault
      </text>
      <text x="0" y="${top - 12}">${quantity.of}, ms</text>
    </g>
    ${drawn}
    ${fit === null ? null : html`<path class="fit" d="${line((phase) => fit.interceptMs + fit.slope * phase)}" />`}
    ${points.map(({ position, phase, value }) => {
      const verdict = record.trials[position]?.verdict ?? "pass";
      const [cx, cy] = [x(phase), y(value)];
      return html`<a class="dot" href="${`#trial-${print.run.record.trials[position]?.index ?? 0}`}"
        >${
          verdict === "pass"
            ? html`<circle cx="${cx}" cy="${cy}" r="5.5" />`
            : html`<path class="not-passed" d="${`M${cx - 5} ${cy - 5}l10 10m-10 0l10 -10`}" />`
        }<circle class="hit" cx="${cx}" cy="${cy}" r="13" /><text
          class="tip"
          x="${width - right}"
          y="${top - 12}"
          text-anchor="end"
          >trial ${print.svg.num(`/trials/${position}/index`, "plain")}:
          ${print.svg.num(quantity.ofTrial(position), "ms")} at
          ${print.svg.num(`/trials/${position}/phase/achieved/value`, "ms")}</text
        ></a
      >`;
    })}
  </svg>`;
}

/**
 * What a fault right after a heartbeat leads to, at least and at most; every millisecond of phase is
 * one less. The two differ when the period itself is jittered.
 */
function theoryOf(
  print: Printer,
  { window }: PhaseQuantity,
  measuredPeriodMs: number,
): { readonly low: number; readonly high: number } | null {
  if (window === null) return null;
  const { references } = print;
  const floor = references.numberOf(`${window}/floorMs`);
  const high = references.numberOf(`${window}/ceilingMs`);
  if (floor === null || high === null) return null;
  const period = references.numberOf(`${window}/periodMs`) ?? measuredPeriodMs;
  return { low: Math.min(floor + period, high), high };
}

/** How far around the line a trial may lie: what the run widened its bound by, else one probe. */
function resolutionOf(print: Printer, quantity: PhaseQuantity): number {
  const { objectives, load } = print.run.record;
  const judged = objectives.find((objective) => objective.predicted?.of === quantity.of);
  return judged !== undefined && judged.widenedBy > 0
    ? judged.widenedBy
    : 1000 / load.ratePerSecond;
}

/** The reference of the width of the band, for the legend. */
export function resolutionReference(print: Printer, quantity: PhaseQuantity): Reference | null {
  const position = print.run.record.objectives.findIndex(
    (objective) => objective.predicted?.of === quantity.of && objective.widenedBy > 0,
  );
  return position < 0 ? null : `/objectives/${position}/widenedBy`;
}

/** The numbers of {@link phasePlot} as a table. */
export function phaseTable(print: Printer, quantity: PhaseQuantity): Markup {
  return html`<table>
    <thead>
      <tr>
        <th>trial</th>
        <th class="n">phase ms</th>
        <th class="n">wanted ms</th>
        <th class="n">period ms</th>
        <th class="n">${quantity.of} ms</th>
      </tr>
    </thead>
    <tbody>
      ${print.run.record.trials.map(
        (_, position) =>
          html`<tr>
            <th scope="row">${print.num(`/trials/${position}/index`, "plain")}</th>
            <td class="n">${print.measured(`/trials/${position}/phase/achieved`, "ms-bare")}</td>
            <td class="n">${print.num(`/trials/${position}/phase/wantedMs`, "ms-bare")}</td>
            <td class="n">${print.num(`/trials/${position}/phase/periodMs`, "ms-bare")}</td>
            <td class="n">
              ${print.measured(quantity.ofTrial(position).replace(/\/value$/, ""), "ms-bare")}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
