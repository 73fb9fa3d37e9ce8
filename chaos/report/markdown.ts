import { bareFormatOfUnit, formatOfUnit, NUMBER_FORMATS, VERDICT_WORDS } from "./format.ts";
import { PHASES, type Measured, type RunRecord } from "./record.ts";
import { factsOf, runLine } from "./terminal.ts";

/** The summary of a run in Markdown: for a pull request's comment or a CI step's summary. */
export function renderMarkdown(record: RunRecord): string {
  const { verdict, scenario } = record;
  const words =
    verdict === null ? { sign: "…", word: "not judged", meaning: "" } : VERDICT_WORDS[verdict];
  const control =
    scenario.controlWithout === null
      ? []
      : [`Control: without ${markdownCell(scenario.controlWithout)}. It has to fail.`, ""];
  return [
    `## ${words.sign} ${words.word}: ${markdownCell(scenario.sentence)}`,
    "",
    markdownCell(runLine(record)),
    "",
    ...control,
    ...(verdict === "pass"
      ? []
      : [...record.reasons.map((reason) => `- ${markdownCell(reason)}`), ""]),
    ...objectives(record),
    ...phases(record),
    ...markdownTable(
      ["", ""],
      factsOf(record).map(([name, text]) => [
        name,
        name === "again" ? code(text) : markdownCell(text),
      ]),
    ),
    ...trials(record),
  ].join("\n");
}

function objectives(record: RunRecord): string[] {
  return markdownTable(
    ["verdict", "objective", "bound", "predicted", "min", "median", "max", "N"],
    record.objectives.map((objective) => {
      const { summary, predicted, unit } = objective;
      const format = NUMBER_FORMATS[formatOfUnit(unit)];
      const { sign, word } = VERDICT_WORDS[objective.verdict];
      return [
        `${sign} ${word}`,
        markdownCell(objective.title),
        markdownCell(`${objective.statistic} ${objective.bound}`),
        predicted === null
          ? "–"
          : `${NUMBER_FORMATS["ms-bare"](predicted.floorMs)} … ${NUMBER_FORMATS.ms(predicted.ceilingMs)}`,
        ...(summary === null
          ? ["–", "–", "–"]
          : [format(summary.min), format(summary.median), format(summary.max)]),
        `${objective.samples} (needs ${objective.minimumSamples})`,
      ];
    }),
  );
}

function phases(record: RunRecord): string[] {
  const format = NUMBER_FORMATS[bareFormatOfUnit("ms")];
  const rows = PHASES.flatMap(({ id }) => {
    const summary = record.phases[id];
    return summary === null
      ? []
      : [[id, format(summary.min), format(summary.median), format(summary.max), String(summary.n)]];
  });
  return markdownTable(["phase, ms", "min", "median", "max", "N"], rows);
}

function trials(record: RunRecord): string[] {
  const number = (measured: Measured): string =>
    measured.value === null ? "–" : NUMBER_FORMATS["ms-bare"](measured.value);
  const rows = record.trials.map((trial) => [
    String(trial.index),
    `${VERDICT_WORDS[trial.verdict].sign} ${trial.spoilt ? "spoilt" : VERDICT_WORDS[trial.verdict].word}`,
    number(trial.phase.achieved),
    number(trial.outage),
    ...PHASES.map(({ id }) => number(trial.phases[id])),
    String(trial.probes.failedBefore + trial.probes.failedDuring + trial.probes.failedAfter),
    String(trial.probes.sent),
  ]);
  if (rows.length === 0) return [];
  return [
    "<details><summary>Trials</summary>",
    "",
    ...markdownTable(
      ["trial", "verdict", "phase", "outage", ...PHASES.map(({ id }) => id), "failed", "sent"],
      rows,
    ),
    "All times in milliseconds.",
    "",
    "</details>",
    "",
  ];
}

/** A table and an empty line; nothing without rows. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

/** Text of the record, kept from being markup, a mention, or the end of a cell. */
export function markdownCell(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>|#@]/g, (character) =>
      character === "<" ? "&lt;" : character === "@" ? "&#64;" : `\\${character}`,
    );
}

function code(text: string): string {
  return `\`${text.replace(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}
