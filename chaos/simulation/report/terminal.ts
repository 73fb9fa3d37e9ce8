import { scaleLog } from "d3-scale";
import { decimal, NUMBER_FORMATS } from "../../report/format.ts";
import type { PolicySummary } from "../compare.ts";
import { anyFailed, failedOverTime, requestsOf, type Comparison } from "./comparison.ts";
import { isRound, tickText } from "./tick.ts";

/** How {@link renderTerminal} writes. */
export interface TerminalOptions {
  /** Dim and bold by ANSI escapes. */
  readonly colour: boolean;
  /** Columns of the terminal; the plot uses them, the table does not. */
  readonly width: number;
}

const BARS = "▁▂▃▄▅▆▇█";
const UNKNOWN = "–";
const PLOT_WIDTH = { least: 30, most: 90 };

/** The comparison as a table and plots, ending with a line feed. */
export function renderTerminal(comparison: Comparison, options: TerminalOptions): string {
  const style = (code: number) => (text: string) =>
    options.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const [bold, dim] = [style(1), style(2)];
  const { name, model, policies, repetitions, seed } = comparison;
  const runs = repetitions === 1 ? "1 run" : `medians of ${repetitions} runs`;
  const [header = "", ...rows] = tableOf(comparison);
  const lines = [
    bold(`${name}  ${model.about}`),
    dim(`${runs} of ${NUMBER_FORMATS.count(requestsOf(comparison))} requests, seed ${seed}`),
    "",
    dim(header),
    ...rows,
  ];
  const label = Math.max(...policies.map(({ policy }) => policy.length)) + 2;
  const width = Math.min(PLOT_WIDTH.most, Math.max(PLOT_WIDTH.least, options.width - label));
  const waits = waitsPlot(policies, label, width);
  if (waits.length > 0) {
    lines.push("", dim("How long clients waited: ● p50  ◆ p99  ▲ p99.9"), ...waits);
  }
  if (anyFailed(comparison)) lines.push("", ...failuresPlot(policies, label, dim));
  lines.push("", dim(`again: ${comparison.command}`));
  return `${lines.join("\n")}\n`;
}

interface Column {
  readonly title: string;
  readonly cell: (summary: PolicySummary) => string;
}

function tableOf({ policies }: Comparison): string[] {
  const time = (value: number | null): string =>
    value === null ? UNKNOWN : NUMBER_FORMATS.ms(value);
  const columns: Column[] = [
    { title: "policy", cell: ({ policy }) => policy },
    {
      title: "success",
      cell: ({ successShare }) =>
        successShare === null ? UNKNOWN : `${decimal(Math.floor(successShare * 1e5) / 1e3, 3)} %`,
    },
    { title: "mean", cell: ({ meanMs }) => time(meanMs) },
    { title: "p50", cell: ({ p50Ms }) => time(p50Ms) },
    { title: "p99", cell: ({ p99Ms }) => time(p99Ms) },
    { title: "p99.9", cell: ({ p999Ms }) => time(p999Ms) },
    {
      title: "max/mean",
      cell: ({ maxOverMean }) => (maxOverMean === null ? UNKNOWN : decimal(maxOverMean, 3)),
    },
    {
      title: "peak",
      cell: ({ mostInFlight }) => (mostInFlight === null ? UNKNOWN : decimal(mostInFlight, 0)),
    },
  ];
  const [first] = policies;
  if (first !== undefined && policies.length > 1) {
    columns.push({ title: `p99 less that of ${first.policy}`, cell: differenceText });
  }
  const cells = [
    columns.map(({ title }) => title),
    ...policies.map((summary) => columns.map(({ cell }) => cell(summary))),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? "").length)));
  return cells.map((row) =>
    row
      .map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** The difference, with its interval where there is one: one that does not contain 0 is no accident. */
function differenceText({ p99Difference }: PolicySummary): string {
  if (p99Difference === null) return UNKNOWN;
  const { medianMs, interval } = p99Difference;
  const signed = (ms: number): string =>
    `${ms >= 0.005 ? "+" : ""}${NUMBER_FORMATS["ms-bare"](ms)}`;
  const between = interval === null ? "" : ` [${signed(interval.low)}, ${signed(interval.high)}]`;
  return `${signed(medianMs)}${between} ms`;
}

/** One line a policy over a logarithmic scale, and the scale. */
function waitsPlot(policies: readonly PolicySummary[], label: number, width: number): string[] {
  const marksOf = ({ p50Ms, p99Ms, p999Ms }: PolicySummary): [string, number][] =>
    (
      [
        ["▲", p999Ms],
        ["◆", p99Ms],
        ["●", p50Ms],
      ] as const
    ).flatMap(([sign, value]) => (value === null || value <= 0 ? [] : [[sign, value]]));
  const values = policies.flatMap((summary) => marksOf(summary).map(([, value]) => value));
  if (values.length === 0) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = scaleLog()
    .domain([low / 1.05, Math.max(high, low * 2) * 1.05])
    .range([0, width - 1]);
  const at = (value: number): number => Math.round(x(value));
  const lines = policies.map((summary) => {
    const line = Array.from({ length: width }, () => " ");
    const marks = marksOf(summary);
    const places = marks.map(([, value]) => at(value));
    if (places.length > 0) line.fill("─", Math.min(...places), Math.max(...places));
    for (const [sign, value] of marks) line[at(value)] = sign;
    return `${summary.policy.padEnd(label)}${line.join("").trimEnd()}`;
  });
  return [...lines, " ".repeat(label) + axisOf(x.ticks(), at, width)];
}

/** Labels of round values, as far as they have room. */
function axisOf(ticks: readonly number[], at: (value: number) => number, width: number): string {
  let line = "";
  for (const tick of ticks.filter(isRound)) {
    const text = tickText(tick);
    const from = at(tick);
    if (from + text.length > width || (line !== "" && from < line.length + 2)) continue;
    line = line.padEnd(from) + text;
  }
  return line;
}

/** Shares of failed requests over time, all on one scale. */
function failuresPlot(
  policies: readonly PolicySummary[],
  label: number,
  dim: (text: string) => string,
): string[] {
  const shares = policies.map(failedOverTime);
  const most = Math.max(...shares.flat().map((share) => share ?? 0));
  const bar = (share: number | null): string => {
    if (share === null || share === 0) return " ";
    return BARS[Math.min(BARS.length - 1, Math.floor((share / most) * BARS.length))] ?? " ";
  };
  return [
    dim(`Failed requests over time, full height ${NUMBER_FORMATS.percent(most)}:`),
    ...policies.map(({ policy }, index) =>
      `${policy.padEnd(label)}${(shares[index] ?? []).map(bar).join("").trimEnd()}`.trimEnd(),
    ),
  ];
}
