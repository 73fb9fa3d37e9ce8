import { scaleLinear } from "d3-scale";
import { MARKS } from "../record.ts";
import type { Lane, LaneItem } from "./lane.ts";
import { lanesOf } from "./lanes.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import { fixed, type Printer } from "./printer.ts";
import type { SeenTrial } from "./trial-streams.ts";
import { CHARACTER, drawItem, pixel, round, WIDTH, type Scale } from "./lane-item.ts";

const FLAG_ROW = 17;

/** Right of everything that decides the outcome, so that the last flags have room for their words. */
const FLAG_ROOM = 168;

const LANE_GAP = 9;

const ROW_GAP = 2;

const AXIS = 30;

/** The swim lanes of one trial on a time axis relative to P1. */
export function timeline(print: Printer, seen: SeenTrial): Markup {
  const lanes = lanesOf(print, seen);
  const [startMs, endMs] = domainOf(print, seen, lanes);
  const x = scaleLinear().domain([startMs, endMs]).range([0, WIDTH]);
  const flags = placeFlags(print, seen, x);
  const top = (Math.max(-1, ...flags.map((flag) => flag.row)) + 1) * FLAG_ROW + 8;

  let y = top;
  const placed = lanes.map((lane) => {
    const rows = lane.rows.map((row) => {
      const at = y;
      y += row.height + ROW_GAP;
      return { ...row, y: at };
    });
    y += LANE_GAP;
    return { title: lane.title, rows };
  });
  const bottom = y;

  return html`<div
    class="lanes scroll"
    data-fault="${x(0)}"
    tabindex="0"
    role="group"
    aria-label="Timeline, scrolls sideways on narrow screens"
  >
    <div class="lane-names" style="${`height:${bottom + AXIS}px`}">
      ${placed.map((lane) =>
        lane.rows.map(
          (row, index) =>
            html`<div class="lane-name" style="${`top:${row.y}px;height:${row.height}px`}">
              <b>${index === 0 ? lane.title : ""}</b><span>${row.name}</span>
            </div>`,
        ),
      )}
      <div class="lane-name axis-name" style="${`top:${bottom + 2}px;height:${AXIS - 4}px`}">
        <b></b><span>ms after ${fixed("P1")}</span>
      </div>
    </div>
    <svg
      class="timeline"
      width="${WIDTH}"
      height="${bottom + AXIS}"
      viewBox="${`0 0 ${WIDTH} ${bottom + AXIS}`}"
      aria-hidden="true"
    >
      ${axis(x, top, bottom)} ${faultBands(placed, x, top, bottom)}
      ${placed.map((lane) => html`<line class="lane-rule" x1="0" x2="${WIDTH}" y1="${(lane.rows[0]?.y ?? 0) - LANE_GAP / 2 - 1}" y2="${(lane.rows[0]?.y ?? 0) - LANE_GAP / 2 - 1}" />`)}
      ${flags.map((flag) => html`<path class="${`flag-line f-${flag.name}`}" d="${`M${round(flag.x)} ${flag.row * FLAG_ROW + 4}V${bottom}`}" />`)}
      ${placed.map((lane) => lane.rows.map((row) => row.items.map((item) => drawItem(print, item, x, row.y, row.height))))}
      ${flags.map((flag) => flag.label)}
    </svg>
  </div>`;
}

/** From a little before P1 to a little after the last thing that decides the outcome. */
function domainOf(print: Printer, seen: SeenTrial, lanes: readonly Lane[]): [number, number] {
  const { marks, faults, phase } = seen.trial;
  const decisive = MARKS.filter((name) => name !== "armed" && name !== "stable").flatMap((name) => {
    const at = marks[name].atMs;
    return at === null ? [] : [at];
  });
  for (const lane of lanes) {
    for (const row of lane.rows) {
      for (const item of row.items) {
        if (item.kind === "span" && lane.title !== "Fault") decisive.push(item.fromMs);
        if (item.kind === "span" && lane.title === "Held" && Number.isFinite(item.toMs))
          decisive.push(item.toMs);
        if (item.kind === "window")
          decisive.push(print.references.numberOf(`${item.window}/ceilingMs`) ?? 0);
      }
    }
  }
  const failures = seen.probes.filter((one) => one.probe.outcome !== "ok");
  decisive.push(...(failures.length > 0 ? [failures.at(-1)?.intendedMs ?? 0] : []));
  let last = Math.max(0, ...decisive);
  for (const [index] of faults.entries()) {
    const healed = print.references.numberOf(`/trials/${seen.position}/faults/${index}/healedNs`);
    // A fault that stays long after the recovery runs off the edge instead of squeezing the rest.
    if (healed !== null && (last === 0 || healed < last * 2)) last = Math.max(last, healed);
  }
  if (last === 0) last = marks.stable.atMs ?? 1000;
  const before = Math.min(Math.max(last * 0.28, (phase.periodMs ?? 0) * 2.15), last);
  // Before the first probe the nodes were only just starting.
  const start = Math.min(before, -(seen.probes[0]?.intendedMs ?? -before));
  return [-start, ((last + start) * WIDTH) / (WIDTH - FLAG_ROOM) - start];
}

interface Flag {
  readonly name: string;
  readonly x: number;
  readonly row: number;
  readonly label: Markup;
}

/** Flags for the marks, stacked where they come within milliseconds of each other. */
function placeFlags(print: Printer, seen: SeenTrial, x: Scale): readonly Flag[] {
  const flags: (Flag & { readonly from: number; readonly to: number })[] = [];
  const marks = MARKS.flatMap((name, index) => {
    const { atMs } = seen.trial.marks[name];
    return name === "armed" || atMs === null ? [] : [{ name, index, atMs }];
  });
  for (const { name, index, atMs } of marks.toSorted((a, b) => a.atMs - b.atMs)) {
    const reference = `/trials/${seen.position}/marks/${name}/atMs`;
    const beyond = x(atMs) > WIDTH;
    const at = Math.min(x(atMs), WIDTH - 1);
    const width =
      (name.length +
        4 +
        (name === "injected" ? 0 : print.lengthOf(reference, "ms-after") + 1) +
        (beyond ? 2 : 0)) *
        CHARACTER +
      6;
    const leftward = at + width > WIDTH;
    const [from, to] = leftward ? [at - width, at] : [at, at + width];
    // Below every label that this flag's line would cross, then the first free row.
    let row = Math.max(
      0,
      ...flags.map((flag) => (at >= flag.from - 3 && at <= flag.to + 3 ? flag.row + 1 : 0)),
    );
    while (flags.some((flag) => flag.row === row && flag.from < to + 6 && flag.to > from - 6))
      row += 1;
    flags.push({
      name,
      x: at,
      row,
      from,
      to,
      label: html`<text
        class="flag"
        x="${leftward ? at - 5 : at + 5}"
        y="${row * FLAG_ROW + 13}"
        text-anchor="${leftward ? "end" : "start"}"
        ><tspan class="p">${fixed(`P${index}`, "tspan")}</tspan>
        ${name}${name === "injected" ? NOTHING : html` ${print.svg.num(reference, "ms-after")}`}${beyond ? " →" : ""}</text
      >`,
    });
  }
  return flags;
}

function axis(x: Scale, top: number, bottom: number): Markup {
  const ticks = x.ticks(9);
  const format = x.tickFormat(9);
  return html`<g class="axis"
    >${ticks.map((tick) => {
      const at = x(tick);
      const anchor = at < 20 ? "start" : at > WIDTH - 20 ? "end" : "middle";
      return html`<line x1="${at}" x2="${at}" y1="${top}" y2="${bottom + 4}" /><text
          x="${at}"
          y="${bottom + 17}"
          text-anchor="${anchor}"
          data-static
          >${format(tick)}</text
        >`;
    })}</g
  >`;
}

function faultBands(
  lanes: readonly {
    readonly title: string;
    readonly rows: readonly { readonly items: readonly LaneItem[] }[];
  }[],
  x: Scale,
  top: number,
  bottom: number,
): Markup {
  const faults = lanes.find((lane) => lane.title === "Fault")?.rows ?? [];
  return html`${faults.map((row) =>
    row.items.map((item) =>
      item.kind !== "span"
        ? null
        : html`<rect
            class="fault-shade"
            x="${pixel(x, item.fromMs)}"
            y="${top - 4}"
            width="${pixel(x, item.toMs) - pixel(x, item.fromMs)}"
            height="${bottom - top + 4}"
          />`,
    ),
  )}`;
}
