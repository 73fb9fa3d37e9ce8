import { NUMBER_FORMATS, VERDICT_WORDS } from "../../report/format.ts";
import type { Summary } from "../../report/record.ts";
import type { CellRecord, FailoverRecord } from "../record.ts";
import {
  besidePromise,
  failedText,
  markTitle,
  missingTexts,
  percentilesText,
  promiseText,
  summaryText,
} from "./words.ts";

const bare = NUMBER_FORMATS["ms-bare"];

/** The failover report in Markdown, for a wiki. */
export function renderFailoverMarkdown(record: FailoverRecord): string {
  const { sign, word } = VERDICT_WORDS[record.verdict];
  const { timers } = record;
  return [
    `# Failover timing: ${sign} ${word}`,
    "",
    summaryText(record),
    "",
    `Advert ${timers.advertIntervalMs} ms, priorities ${timers.priorities.join(" and ")}, ${record.trials} trials each, seed ${record.seed}, started ${record.startedAt}. Commonly promised: ${promiseText(record.promised)}.`,
    "",
    ...missingTexts(record).flatMap((text) => [text, ""]),
    ...table(
      [
        "how it was lost",
        "verdict",
        "predicted, ms",
        "min",
        "median",
        "max",
        "failed requests",
        "N",
      ],
      record.cells.map((cell) => [
        cell.title,
        verdictOf(cell),
        cell.predicted === null
          ? "none"
          : `${bare(cell.predicted.floorMs)} … ${bare(cell.predicted.ceilingMs)}`,
        ...rangeOf(cell),
        failedText(cell),
        `${cell.counted}${cell.notCounted === 0 ? "" : ` (${cell.notCounted} left out)`}`,
      ]),
    ),
    ...record.cells.flatMap((cell) => cellLines(cell, record)),
    "## Run it again",
    "",
    `    ${record.command}`,
    "",
  ].join("\n");
}

function cellLines(cell: CellRecord, { promised }: FailoverRecord): string[] {
  const interval = cell.outage?.medianInterval ?? null;
  return [
    `## ${cell.title}`,
    "",
    cell.explanation,
    "",
    `- ${verdictOf(cell)}; ${besidePromise(cell, promised)}`,
    cell.predicted === null
      ? `- predicted: ${cell.without}`
      : `- predicted: ${cell.predicted.because} (${cell.predicted.source})`,
    ...(interval === null
      ? []
      : [
          `- median between ${bare(interval.low)} and ${bare(interval.high)} ms with ${NUMBER_FORMATS.percent(interval.confidence)} confidence`,
        ]),
    ...(cell.percentiles.length === 0 ? [] : [`- ${percentilesText(cell)}`]),
    ...cell.reasons.map((reason) => `- ${reason.replace(/\s+/g, " ")}`),
    "",
    ...table(
      ["phase, ms after P1", "floor", "mean", "ceiling", "min", "median", "max", "N"],
      cell.marks.map(({ name, predicted, summary }) => {
        const { id, title } = markTitle(name);
        return [
          `${id} ${title}`,
          ...(predicted === null
            ? ["–", "–", "–"]
            : [bare(predicted.floorMs), bare(predicted.meanMs), bare(predicted.ceilingMs)]),
          ...numbers(summary),
          String(summary?.n ?? 0),
        ];
      }),
    ),
    `[The run's own report](${cell.run.report})`,
    "",
  ];
}

function rangeOf(cell: CellRecord): string[] {
  if (cell.outage === null && cell.notOver > 0) return ["not over", "not over", "not over"];
  return numbers(cell.outage);
}

function numbers(summary: Summary | null): string[] {
  if (summary === null) return ["–", "–", "–"];
  return [bare(summary.min), bare(summary.median), bare(summary.max)];
}

function verdictOf({ verdict }: CellRecord): string {
  return `${VERDICT_WORDS[verdict].sign} ${VERDICT_WORDS[verdict].word}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
