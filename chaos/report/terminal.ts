import { latestProbeMs } from "../objectives/trust.ts";
import { formatOfUnit, NUMBER_FORMATS, VERDICT_WORDS } from "./format.ts";
import {
  PHASES,
  type ObjectiveRecord,
  type RunRecord,
  type Summary,
  type TrialRecord,
  type Verdict,
} from "./record.ts";
import { plain, wrap } from "./wrap.ts";

/** How {@link renderTerminal} writes. */
export interface TerminalOptions {
  /** Colour by ANSI escapes; without it the signs and words say the same. */
  readonly colour: boolean;
  /** Columns after which lines are broken. */
  readonly width: number;
}

const ANSI: Readonly<Record<Verdict | "dim" | "bold", string>> = {
  pass: "32",
  fail: "31",
  inconclusive: "33",
  invalid: "33",
  aborted: "35",
  "heal-failed": "31",
  dim: "2",
  bold: "1",
};

/** The verdict of a run in a few lines, ending with a line feed. */
export function renderTerminal(record: RunRecord, options: TerminalOptions): string {
  const paint = (style: keyof typeof ANSI, text: string): string =>
    options.colour ? `\u001b[${ANSI[style]}m${text}\u001b[0m` : text;
  const lines: string[] = [];
  const say = (indent: string, text: string, style?: keyof typeof ANSI): void => {
    for (const line of wrap(plain(text), options.width, indent)) {
      lines.push(style === undefined ? line : paint(style, line));
    }
  };

  const verdict = record.verdict;
  const head =
    verdict === null
      ? "… not judged"
      : `${VERDICT_WORDS[verdict].sign} ${VERDICT_WORDS[verdict].word.toUpperCase()}`;
  const control =
    record.scenario.controlWithout === null
      ? ""
      : ` (control: without ${record.scenario.controlWithout})`;
  say("", `${head}${control}  ${record.scenario.sentence}`, verdict ?? "bold");
  say("  ", runLine(record), "dim");
  if (verdict !== "pass") for (const reason of record.reasons) say("  ", `because ${reason}`);
  for (const objective of record.objectives) {
    lines.push("");
    say(
      "  ",
      `${VERDICT_WORDS[objective.verdict].sign} ${objective.title}: ${objective.statistic} ${objective.bound}`,
      objective.verdict,
    );
    say("      ", objectiveLine(objective));
    if (objective.verdict !== "pass") say("      ", objective.message);
  }
  lines.push("");
  for (const [name, text] of factsOf(record)) say(`  ${name.padEnd(10)}  `, text);
  return `${lines.join("\n")}\n`;
}

/** What was run, in one line. */
export function runLine(record: RunRecord): string {
  const parts = [
    record.scenario.id,
    `seed ${record.seed}`,
    `${record.trials.filter(({ repeats }) => repeats === null).length} of ${record.trialsPlanned} trials`,
  ];
  const again = measuredAgain(record);
  if (again > 0) parts.push(`${again} measured again`);
  if (record.durationMs !== null) parts.push(NUMBER_FORMATS.duration(record.durationMs));
  return parts.join(" · ");
}

/** How many trials measure a spoilt one again. */
function measuredAgain(record: RunRecord): number {
  return record.trials.filter(({ repeats }) => repeats !== null).length;
}

/** What an objective measured beside what theory allows. */
export function objectiveLine(objective: ObjectiveRecord): string {
  const { summary, predicted, unit } = objective;
  const measured =
    summary === null
      ? `nothing measured (needs ${objective.minimumSamples})`
      : `measured ${summaryText(summary, unit)}`;
  return predicted === null
    ? measured
    : `${measured} | predicted ${predicted.of} ${ms(predicted.floorMs)} to ${ms(predicted.ceilingMs)}, mean ${ms(predicted.meanMs)}`;
}

/** Median, its interval, the extremes, and what so many samples support. */
export function summaryText(summary: Summary, unit: ObjectiveRecord["unit"]): string {
  const format = NUMBER_FORMATS[formatOfUnit(unit)];
  const { medianInterval: interval } = summary;
  const between = interval === null ? "" : ` [${format(interval.low)}, ${format(interval.high)}]`;
  return `median ${format(summary.median)}${between} min ${format(summary.min)} max ${format(summary.max)} (N=${summary.n}, supports ${NUMBER_FORMATS.quantile(summary.supportsQuantile)})`;
}

/** What else a reader wants to know: name and text. */
export function factsOf(record: RunRecord): readonly (readonly [string, string])[] {
  const facts: [string, string][] = [];
  if (record.outage !== null) facts.push(["outage", summaryText(record.outage, "ms")]);
  const phases = PHASES.flatMap(({ id }) => {
    const summary = record.phases[id];
    return summary === null ? [] : [`${id} ${ms(summary.median)}`];
  });
  if (phases.length > 0) facts.push(["phases", `${phases.join(" · ")} (medians)`]);
  if (record.phaseFit !== null && record.predictions.some((window) => window.of === "outage")) {
    const { slope, residualStandardDeviationMs, n } = record.phaseFit;
    facts.push([
      "phase fit",
      `slope ${NUMBER_FORMATS.slope(slope)} (theory −1), residual ${ms(residualStandardDeviationMs)}, N=${n}`,
    ]);
  }
  if (record.trials.length > 0) {
    facts.push(["probes", countsText(record.trials.map(({ probes }) => probes))]);
    for (const { id } of record.alongside) {
      const its = record.trials.flatMap(({ alongside }) =>
        alongside.filter((one) => one.id === id),
      );
      facts.push([`load ${id}`, countsText(its.map(({ probes }) => probes))]);
    }
  }
  const spoilt = record.trials.filter((trial) => trial.spoilt);
  if (spoilt.length > 0) {
    const lateMs = Math.max(...spoilt.map(latestProbeMs));
    const stolenMs = Math.max(...spoilt.map((trial) => trial.stolenMs ?? 0));
    facts.push([
      "spoilt",
      `${spoilt.length} ${spoilt.length === 1 ? "trial" : "trials"} by the machine, ${measuredAgain(record)} measured again: probes were up to ${ms(lateMs)} late${stolenMs === 0 ? "" : `, and up to ${ms(stolenMs)} of CPU were stolen by its hypervisor`}`,
    ]);
  }
  const held =
    record.outage ?? record.objectives.find((objective) => objective.summary !== null)?.summary;
  if (record.verdict === "pass" && held !== null && held !== undefined) {
    facts.push([
      "claim",
      `all of N = ${held.n} passed: that supports ${NUMBER_FORMATS.quantile(held.supportsQuantile)} with 95 % confidence, no more`,
    ]);
  }
  facts.push(["again", record.command]);
  return facts;
}

/** How many probes failed, and when they were meant to start: before the fault, during its outage, after it. */
function countsText(counts: readonly TrialRecord["probes"][]): string {
  const count = (pick: (probes: TrialRecord["probes"]) => number): string =>
    NUMBER_FORMATS.count(counts.reduce((sum, probes) => sum + pick(probes), 0));
  return `${count((p) => p.failedBefore + p.failedDuring + p.failedAfter)} of ${count((p) => p.sent)} failed (${count((p) => p.failedBefore)} before, ${count((p) => p.failedDuring)} during, ${count((p) => p.failedAfter)} after)`;
}

function ms(value: number): string {
  return NUMBER_FORMATS.ms(value);
}
