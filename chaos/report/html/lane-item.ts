import type { ScaleLinear } from "d3-scale";
import { ROW, type LaneItem } from "./lane.ts";
import { html, NOTHING, type Markup } from "./markup.ts";
import type { Printer } from "./printer.ts";

/** Pixels; the drawing is not scaled, so that its text stays as large as the page's. */
export const WIDTH = 868;

/** Average width of a character at 11 px in a system font. */
export const CHARACTER = 6.1;

/** From milliseconds after P1 to pixels. */
export type Scale = ScaleLinear<number, number>;

/** One item of a row whose top is at `y`. */
export function drawItem(
  print: Printer,
  item: LaneItem,
  x: Scale,
  y: number,
  height: number,
): Markup {
  switch (item.kind) {
    case "span": {
      if (item.toMs < (x.domain()[0] ?? 0) || item.fromMs > (x.domain()[1] ?? 0)) return NOTHING;
      const from = pixel(x, item.fromMs);
      const to = pixel(x, item.toMs);
      const width = Math.max(to - from, 1.5);
      const fits = item.label !== null && item.labelLength * CHARACTER + 14 < width;
      return html`<rect
          class="${`span s-${item.look}`}"
          x="${from}"
          y="${y + 1}"
          width="${width}"
          height="${height - 2}"
          rx="${Math.min(3, width / 2)}"
        />${fits ? html`<text class="${`span-label l-${item.look}`}" x="${from + 9}" y="${y + Math.min(height, ROW) / 2 + 4}">${item.label}</text>` : null}`;
    }
    case "ticks":
      return html`<path
        class="${`ticks t-${item.look}`}"
        d="${item.look === "check" ? tickPath(item.atMs, x, y + height - 8, 6) : tickPath(item.atMs, x, y + 1, height - 2)}"
      />`;
    case "crosses":
      return html`<path
        class="${`ticks t-${item.look}`}"
        d="${crossPath(item.atMs, x, y + height - 6)}"
      />`;
    case "heights":
      return heights(item.steps, x, y, height);
    case "level":
      return html`<path
        class="${item.look}"
        d="${`M0 ${heightAt(item.height, y, height)}H${WIDTH}`}"
      />`;
    case "line":
      return html`<path
        class="${item.look}"
        d="${`M${item.points.map((point) => `${round(x(point.atMs))} ${heightAt(point.height, y, height)}`).join("L")}`}"
      />`;
    case "window": {
      const at = (key: string): number =>
        clamp(x(print.references.numberOf(`${item.window}/${key}`) ?? 0));
      const [floor, mean, ceiling] = [at("floorMs"), at("meanMs"), at("ceilingMs")];
      const tight = ceiling - floor < 84;
      return html`<rect
          class="window"
          x="${floor}"
          y="${y + 2}"
          width="${Math.max(ceiling - floor, 2)}"
          height="10"
          rx="2"
        /><path class="window-mean" d="${`M${round(mean)} ${y}V${y + 14}`}" />
        <text
          class="window-label"
          x="${tight ? mean - 3 : floor}"
          y="${y + 25}"
          text-anchor="${tight ? "end" : "middle"}"
          >${print.svg.num(`${item.window}/floorMs`, "ms-bare")}</text
        >
        ${ceiling - floor > 190 ? html`<text class="window-label" x="${mean}" y="${y + 25}" text-anchor="middle">mean ${print.svg.num(`${item.window}/meanMs`, "ms-bare")}</text>` : null}
        <text
          class="window-label"
          x="${tight ? mean + 3 : ceiling}"
          y="${y + 25}"
          text-anchor="${tight ? "start" : "middle"}"
          >${print.svg.num(`${item.window}/ceilingMs`, "ms-bare")}</text
        >`;
    }
  }
}

/** Where a height from 0 to 1 lies in a row. */
function heightAt(share: number, y: number, height: number): number {
  return round(y + height - share * (height - 2));
}

/** One outline for each stretch of steps that are as before, or are not. */
function heights(
  all: (LaneItem & { readonly kind: "heights" })["steps"],
  x: Scale,
  y: number,
  height: number,
): Markup {
  const steps = all.filter(
    ({ fromMs, toMs }) => toMs > (x.domain()[0] ?? 0) && fromMs < (x.domain()[1] ?? 0),
  );
  const stretches: (typeof steps)[] = [];
  for (const step of steps) {
    const stretch = stretches.at(-1);
    if (stretch?.[0]?.asBefore === step.asBefore) stretch.push(step);
    else stretches.push([step]);
  }
  const bottom = y + height;
  return html`${stretches.map((stretch) => {
    const outline = stretch
      .map((step) => `V${heightAt(step.height, y, height)}H${round(pixel(x, step.toMs))}`)
      .join("");
    return html`<path
      class="${`heights ${stretch[0]?.asBefore === true ? "as-before" : ""}`}"
      d="${`M${round(pixel(x, stretch[0]?.fromMs ?? 0))} ${bottom}${outline}V${bottom}Z`}"
    />`;
  })}`;
}

/** Ticks that come closer than this, in pixels, are drawn on a grid of it: no moiré, less data. */
const DENSE = 3;

/** One path for all ticks. */
function tickPath(times: readonly number[], x: Scale, y: number, height: number): string {
  const seen = times.map((time) => x(time)).filter((at) => at >= 0 && at <= WIDTH);
  const spacing = ((seen.at(-1) ?? 0) - (seen[0] ?? 0)) / Math.max(seen.length - 1, 1);
  const grid = spacing < DENSE ? DENSE : 0.5;
  const columns = new Set(seen.map((at) => Math.round(at / grid) * grid));
  return [...columns].map((at) => `M${at} ${y}v${height}`).join("");
}

function crossPath(times: readonly number[], x: Scale, y: number): string {
  return times
    .map((time) => round(x(time)))
    .filter((at) => at >= 0 && at <= WIDTH)
    .map((at) => `M${round(at - 4)} ${y - 4}l8 8m-8 0l8 -8`)
    .join("");
}

/** Within the drawing; what has not ended reaches its edge. */
export function pixel(x: Scale, ms: number): number {
  return ms === Number.POSITIVE_INFINITY ? WIDTH : clamp(x(ms));
}

function clamp(at: number): number {
  return Math.min(Math.max(at, 0), WIDTH);
}

/** To a tenth of a pixel. */
export function round(at: number): number {
  return Math.round(at * 10) / 10;
}
