import { formatOfUnit, NUMBER_FORMATS, VERDICT_WORDS } from "../format.ts";
import { descend } from "../reference.ts";
import { markdownCell as cell, markdownTable as table } from "../markdown.ts";
import type { RunRecord } from "../record.ts";
import type { RunComparison } from "./compare-runs.ts";
import type { SharedMeasure, SideOfMeasure } from "./measures.ts";
import type { Setting } from "./settings.ts";
import { differenceText, FINDING_WORDS, METHOD } from "./words.ts";

/** Two runs side by side in Markdown: for a comment on a pull request or a CI step's summary. */
export function renderRunComparisonMarkdown(comparison: RunComparison): string {
  const { first, second, measures, settings, topology } = comparison;
  return [
    `## Two runs compared: ${cell(first.scenario.sentence)}`,
    "",
    cell(comparison.conclusion),
    "",
    ...table(
      ["", "first", "second"],
      [
        ["run", cell(first.id), cell(second.id)],
        ["verdict", verdictText(first.verdict), verdictText(second.verdict)],
      ],
    ),
    ...table(
      ["measure", "first: median (min to max)", "second", "difference, 95 %", ""],
      measures.map((measure) => [
        cell(measure.title),
        sideText(measure, measure.first),
        sideText(measure, measure.second),
        differenceText(measure).replaceAll("[", "\\["),
        FINDING_WORDS[measure.finding],
      ]),
    ),
    METHOD,
    "",
    ...table(
      ["not the same", "first", "second"],
      settings.map((setting) => [
        cell(setting.name),
        cell(settingText(first, setting)),
        cell(settingText(second, setting)),
      ]),
    ),
    ...topology.map((line) => `- topology: ${cell(line)}`),
    ...(topology.length === 0 ? [] : [""]),
  ].join("\n");
}

/** Median, extremes and count, with the verdict of an objective. */
export function sideText({ unit }: SharedMeasure, { summary, verdict }: SideOfMeasure): string {
  const judged = verdict === null ? "" : `${VERDICT_WORDS[verdict].sign} `;
  if (summary === null) return `${judged}–`;
  const format = NUMBER_FORMATS[formatOfUnit(unit)];
  return `${judged}${format(summary.median)} (${format(summary.min)} to ${format(summary.max)}, N=${summary.n})`;
}

/** What a run has at a setting. */
export function settingText(record: RunRecord, { pointer, format }: Setting): string {
  const value = descend(record, pointer);
  if (value === undefined || value === null) return "–";
  return typeof value === "number" && format !== "text"
    ? NUMBER_FORMATS[format](value)
    : String(value);
}

/** Sign and word of a run's verdict. */
export function verdictText(verdict: RunRecord["verdict"]): string {
  if (verdict === null) return "… not judged";
  return `${VERDICT_WORDS[verdict].sign} ${VERDICT_WORDS[verdict].word}`;
}
