import { scaleLinear } from "d3-scale";
import { median } from "simple-statistics";
import { NUMBER_FORMATS } from "../../report/format.ts";
import { html, Markup } from "../../report/html/markup.ts";
import type { PolicySummary } from "../compare.ts";
import { CURVE } from "../run-result.ts";
import { anyFailed, failedOverTime, requestsOf, type Comparison } from "./comparison.ts";
import { PANEL, panelMarkup, type Panel } from "./panel.ts";
import { tickText } from "./tick.ts";

const HEAD = 84;

/** Hues that differ in brightness too; the second of each pair is for a dark ground. */
const HUES = [
  ["#1c5d99", "#7ab8f0"],
  ["#bb3a20", "#ff8d70"],
  ["#14716b", "#62cbbd"],
  ["#94690a", "#e3b955"],
  ["#a04a86", "#d58abf"],
  ["#44546a", "#9fb4d0"],
  ["#5f6b00", "#c4cf55"],
  ["#7d5a3c", "#cfa57f"],
] as const;

const STYLE = new Markup(`
text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #1d2126; }
.ground { fill: #ffffff; } .name { font-size: 18px; font-weight: 640; } .title { font-size: 15px; font-weight: 600; }
.axis text, .run { fill: #555c66; font-size: 12px; } .axis line { stroke: #e4e1d9; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; } .leader { fill: none; stroke-width: 1; opacity: 0.6; }
${HUES.map(([light], index) => `.hue-${index} path { stroke: ${light}; } .hue-${index} text { fill: ${light}; }`).join("\n")}
@media (prefers-color-scheme: dark) {
text { fill: #e8eaed; } .ground { fill: #1c2026; } .axis text, .run { fill: #b0b6bf; } .axis line { stroke: #343a43; }
${HUES.map(([, dark], index) => `.hue-${index} path { stroke: ${dark}; } .hue-${index} text { fill: ${dark}; }`).join("\n")}
}`);

/** The comparison as one self-contained SVG file, light and dark. */
export function renderSvg(comparison: Comparison): string {
  const { name, model, repetitions, seed } = comparison;
  const panels = [waitsPanel(comparison), ...overTimePanels(comparison)].filter(
    (panel) => panel !== null,
  );
  const height = HEAD + panels.length * PANEL.height;
  const runs = `${NUMBER_FORMATS.count(repetitions)} ${repetitions === 1 ? "run" : "runs"}`;
  return `${
    html`<svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox="${`0 0 ${PANEL.width} ${height}`}"
      width="${PANEL.width}"
      height="${height}"
      role="img"
      aria-label="${`${name}: ${model.about}`}"
    >
      <style>
        ${STYLE}
      </style>
      <rect class="ground" width="100%" height="100%" />
      <text class="name" x="20" y="30">${name}</text>
      <text x="20" y="50">${model.about}</text>
      <text class="run" x="20" y="68">
        simulated, ${runs} of ${NUMBER_FORMATS.count(requestsOf(comparison))} requests a policy,
        seed ${NUMBER_FORMATS.plain(seed)}
      </text>
      ${panels.map((panel, index) => panelMarkup(panel, HEAD + index * PANEL.height))}
    </svg>`.source
  }\n`;
}

const LABELS: readonly (readonly [number, string])[] = [
  [0.5, "p50"],
  [0.9, "p90"],
  [0.99, "p99"],
  [0.999, "p99.9"],
  [0.9999, "p99.99"],
];

/** How long clients waited by quantile; the rarer a request, the further to the right. */
function waitsPanel({ policies }: Comparison): Panel | null {
  const at = (quantile: number): number => -Math.log10(1 - quantile);
  const series = policies.map(({ policy, runs }) => ({
    name: policy,
    points: CURVE.map((quantile, index): [number, number | null] => {
      const values = runs.flatMap(({ waiting }) => waiting.curveMs[index] ?? []);
      const value = values.length === 0 ? null : median(values);
      return [at(quantile), value === null || value <= 0 ? null : value];
    }),
  }));
  const known = series.flatMap(({ points }) => points.filter(([, value]) => value !== null));
  if (known.length === 0) return null;
  const last = Math.max(...known.map(([x]) => x));
  return {
    title: "How long clients waited",
    xTitle: "share of the requests that waited no longer",
    xTicks: LABELS.map(([quantile, text]): [number, string] => [at(quantile), text]).filter(
      ([x]) => x <= last + 1e-9,
    ),
    y: "log",
    yText: tickText,
    series: series.map(({ name, points }) => ({
      name,
      points: points.filter(([x]) => x <= last),
    })),
  };
}

/** Failures over time where there are any; the 99th percentile where something happens to backends. */
function overTimePanels(comparison: Comparison): (Panel | null)[] {
  const { policies, model } = comparison;
  const starts = (policies[0]?.runs[0]?.windows ?? []).map(({ fromMs }) => fromMs / 1000);
  const [first, last] = [starts[0], starts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const overTime = (
    title: string,
    y: Panel["y"],
    yText: Panel["yText"],
    values: (summary: PolicySummary) => readonly (number | null)[],
  ): Panel | null => {
    const series = policies.map((summary) => {
      const ofPolicy = values(summary);
      return {
        name: summary.policy,
        points: starts.map((start, index): [number, number | null] => [
          start,
          ofPolicy[index] ?? null,
        ]),
      };
    });
    if (series.every(({ points }) => points.every(([, value]) => value === null))) return null;
    return { title, xTitle: "simulated seconds", xTicks: ticksOf(first, last), y, yText, series };
  };
  return [
    anyFailed(comparison)
      ? overTime("Share of requests that failed", "linear", NUMBER_FORMATS.percent, failedOverTime)
      : null,
    (model.changes ?? []).length > 0
      ? overTime("99th percentile of waiting", "log", tickText, ({ runs }) =>
          starts.map((_, index) => {
            const found = runs.flatMap((run) => run.windows[index]?.p99Ms ?? []);
            return found.length === 0 ? null : median(found);
          }),
        )
      : null,
  ];
}

function ticksOf(first: number, last: number): (readonly [number, string])[] {
  return scaleLinear()
    .domain([first, last])
    .ticks(8)
    .map((tick) => [tick, String(Number(tick.toPrecision(6)))]);
}
