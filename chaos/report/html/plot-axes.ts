import { html, type Markup } from "./markup.ts";

/** Where the area of a plot lies inside its drawing, pixels. */
export interface PlotArea {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The area of a plot of this size, with room for its axes. */
export function plotArea(width: number, height: number): PlotArea {
  return {
    width,
    height,
    left: 52,
    right: width - (width < 450 ? 8 : 16),
    top: 26,
    bottom: height - 42,
  };
}

/** One tick of an axis: where it is and what stands there. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** The grid of a plot with its ticks and what the axes are of. */
export function axes(
  area: PlotArea,
  across: { readonly ticks: readonly Tick[]; readonly title: string },
  up: { readonly ticks: readonly Tick[]; readonly title: string },
): Markup {
  const { left, right, top, bottom, height } = area;
  return html`<g class="axis">
    ${across.ticks.map(({ at, text }) => html`<line x1="${at}" x2="${at}" y1="${top}" y2="${bottom + 4}" /><text x="${at}" y="${bottom + 17}" text-anchor="${at > right - 14 ? "end" : "middle"}" data-static>${text}</text>`)}
    ${up.ticks.map(({ at, text }) => html`<line x1="${left - 4}" x2="${right}" y1="${at}" y2="${at}" /><text x="${left - 8}" y="${at + 4}" text-anchor="end" data-static>${text}</text>`)}
    <text x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle" data-static
      >${across.title}</text
    >
    <text x="0" y="13" data-static>${up.title}</text>
  </g>`;
}

/** Ticks of a scale as d3 would set them. */
export function ticksOf(
  scale: {
    (value: number): number;
    ticks: (count?: number) => number[];
    tickFormat: (count?: number) => (value: number) => string;
  },
  count: number,
): Tick[] {
  const format = scale.tickFormat(count);
  return scale.ticks(count).map((tick) => ({ at: scale(tick), text: format(tick) }));
}

/** Ticks of a logarithmic scale: every power of ten, and 2 and 5 between them while they are few. */
export function logTicks(scale: { (value: number): number; domain: () => number[] }): Tick[] {
  const [low = 1, high = 1] = scale.domain();
  const decades: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    decades.push(power);
  }
  const between = decades.length > 5 ? [1] : [1, 2, 5];
  return decades.flatMap((power) =>
    between.flatMap((factor): Tick[] => {
      const value = Number(`${factor}e${power}`);
      return value < low || value > high
        ? []
        : [{ at: scale(value), text: value.toLocaleString("en-US", { maximumFractionDigits: 6 }) }];
    }),
  );
}

/** A polyline with gaps: points in order, null where the line is interrupted. */
export function linePath(points: readonly (readonly [number, number] | null)[]): string {
  let path = "";
  let open = false;
  for (const point of points) {
    if (point !== null) path += `${open ? "L" : "M"}${tenth(point[0])} ${tenth(point[1])}`;
    open = point !== null;
  }
  return path;
}

/** A staircase: each value holds until the next point, the last one until the end. */
export function stairs(points: readonly (readonly [number, number])[], endX: number): string {
  const [first] = points;
  if (first === undefined) return "";
  const rest = points.slice(1).map(([x, y]) => `H${tenth(x)}V${tenth(y)}`);
  return `M${tenth(first[0])} ${tenth(first[1])}${rest.join("")}H${tenth(endX)}`;
}

/** The SVG element of a plot. */
export function plotSvg(kind: string, { width, height }: PlotArea, body: Markup): Markup {
  return html`<svg
    class="${kind}"
    viewBox="${`0 0 ${width} ${height}`}"
    width="${width}"
    height="${height}"
    aria-hidden="true"
  >
    ${body}
  </svg>`;
}

function tenth(at: number): number {
  return Math.round(at * 10) / 10;
}
