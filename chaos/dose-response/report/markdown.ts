import { NUMBER_FORMATS, VERDICT_WORDS } from "../../report/format.ts";
import type { DoseResponseRecord } from "../record.ts";
import { doseRows } from "./table.ts";
import { capital, summaryText } from "./words.ts";

/** The dose-response in Markdown, for a wiki. */
export function renderDoseResponseMarkdown(record: DoseResponseRecord): string {
  const { sign, word } = VERDICT_WORDS[record.verdict];
  return [
    `# False failover: ${sign} ${word}`,
    "",
    summaryText(record),
    "",
    record.disturbance.explanation,
    "",
    `${capital(record.disturbance.title)}; each trial disturbed for ${NUMBER_FORMATS.ms(record.exposureMs)}, ${record.trials} trials of each dose, priorities ${record.priorities.join(" and ")}, seed ${record.seed}, started ${record.startedAt}.`,
    "",
    ...lines(record.reasons.map((reason) => reason.replace(/\s+/g, " "))),
    ...lines(record.left.map(({ title, reason }) => `not run: ${title}: ${reason}`)),
    ...record.curves.flatMap((curve) => [
      `## Adverts ${curve.title}`,
      "",
      `The peer takes the address ${NUMBER_FORMATS.ms(curve.silenceMs)} after the last advert that it heard.`,
      "",
      ...table(doseRows(record, curve)),
      ...lines(curve.doses.map(({ title, run }) => `[${title}](${run.report})`)),
    ]),
    "## Run it again",
    "",
    `    ${record.command}`,
    "",
  ].join("\n");
}

function lines(items: readonly string[]): string[] {
  return items.length === 0 ? [] : [...items.map((item) => `- ${item}`), ""];
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
