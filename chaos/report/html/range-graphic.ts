import { scaleLinear } from "d3-scale";
import { bareFormatOfUnit } from "../format.ts";
import type { Headline } from "./headline.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import type { Printer } from "./printer.ts";

/** Height of the drawing of {@link rangeGraphic}, pixels. */
const HEIGHT = 132;
const CHARACTER = 6.4;

/** What theory allows above what was measured, on one scale: one dot a trial. */
export function rangeGraphic(print: Printer, headline: Headline, width: number): Markup {
  const value = (reference: string): number | null => print.references.numberOf(reference);
  const [min, median, max] = ["min", "median", "max"].map((key) =>
    value(`${headline.summary}/${key}`),
  );
  if (min === null || min === undefined || median === null || median === undefined) return NOTHING;
  const top = max ?? min;
  const window =
    headline.window === null
      ? null
      : {
          floor: value(`${headline.window}/floorMs`) ?? 0,
          mean: value(`${headline.window}/meanMs`) ?? 0,
          ceiling: value(`${headline.window}/ceilingMs`) ?? 0,
        };
  const atMost = headline.atMost === null ? null : value(headline.atMost);
  const all = [
    min,
    top,
    ...(window === null ? [] : [window.floor, window.ceiling]),
    ...(atMost === null ? [] : [atMost]),
  ];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = 62;
  const x = scaleLinear()
    .domain(low === high ? [low - 1, high + 1] : [low, high])
    .range([margin, width - margin]);
  const format = bareFormatOfUnit(headline.unit);
  const middle = (reference: string, at: number, y: number, prefix: string): Markup => {
    const half = ((print.lengthOf(reference, format) + prefix.length) * CHARACTER) / 2;
    const inside = Math.min(Math.max(at, half), width - half);
    return html`<text x="${inside}" y="${y}" text-anchor="middle"
      >${prefix}${print.svg.num(reference, format)}</text
    >`;
  };

  const dots = print.run.record.trials.map((trial, position) => {
    const measured = value(headline.ofTrial(position));
    // A trial that does not count is not in the summary either.
    if (measured === null || trial.verdict === "invalid") return null;
    return html`<circle
      class="trial-dot"
      cx="${x(measured)}"
      cy="${86 + (((position * 5) % 7) - 3) * 2.2}"
      r="4.5"
    />`;
  });
  return html`<svg
    class="range"
    viewBox="${`0 0 ${width} ${HEIGHT}`}"
    width="${width}"
    height="${HEIGHT}"
    aria-hidden="true"
  >
    ${
      window === null
        ? null
        : html`<rect
              class="window"
              x="${x(window.floor)}"
              y="30"
              width="${Math.max(x(window.ceiling) - x(window.floor), 2)}"
              height="18"
              rx="3"
            />
            <path class="window-mean" d="${`M${x(window.mean)} 26V52`}" />
            <rect
              class="window-shade"
              x="${x(window.floor)}"
              y="48"
              width="${Math.max(x(window.ceiling) - x(window.floor), 2)}"
              height="62"
            />
            <text class="pred" x="${x(window.floor) - 7}" y="43" text-anchor="end"
              >${print.svg.num(`${headline.window}/floorMs`, format)}</text
            >
            <text class="pred" x="${x(window.ceiling) + 7}" y="43"
              >${print.svg.num(`${headline.window}/ceilingMs`, format)}</text
            >
            <g class="pred"
              >${middle(`${headline.window}/meanMs`, x(window.mean), 19, "predicted mean ")}</g
            >`
    }
    ${atMost === null ? null : html`<path class="bound" d="${`M${x(atMost)} 56V112`}" /><g class="bound-label">${middle(headline.atMost ?? "", x(atMost), 48, "at most ")}</g>`}
    <line class="range-line" x1="${x(min)}" x2="${x(top)}" y1="86" y2="86" />
    ${dots}
    <path class="median-tick" d="${`M${x(median)} 70V104`}" />
    ${
      min === top
        ? null
        : html`<text class="meas" x="${x(min) - 9}" y="90" text-anchor="end"
              >${print.svg.num(`${headline.summary}/min`, format)}</text
            >
            <text class="meas" x="${x(top) + 9}" y="90"
              >${print.svg.num(`${headline.summary}/max`, format)}</text
            >`
    }
    <g class="meas strong">
      ${middle(`${headline.summary}/median`, x(median), 122, "measured median ")}
    </g>
  </svg>`;
}
