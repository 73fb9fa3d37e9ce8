import type { TerminalOptions } from "../terminal.ts";
import { plain, wrap } from "../wrap.ts";
import type { RunComparison } from "./compare-runs.ts";
import { settingText, sideText, verdictText } from "./markdown.ts";
import { differenceText, FINDING_WORDS, METHOD } from "./words.ts";

/** Two runs side by side for a terminal, ending with a line feed. */
export function renderRunComparisonTerminal(
  comparison: RunComparison,
  { width, colour }: TerminalOptions,
): string {
  const { first, second, measures, settings, topology } = comparison;
  const lines: string[] = [];
  const say = (indent: string, text: string, bold = false): void => {
    for (const line of wrap(plain(text), width, indent)) {
      lines.push(bold && colour ? `\u001b[1m${line}\u001b[0m` : line);
    }
  };
  say("", first.scenario.sentence, true);
  say("  first   ", `${verdictText(first.verdict)}  ${first.id}`);
  say("  second  ", `${verdictText(second.verdict)}  ${second.id}`);
  lines.push("");
  say("", comparison.conclusion, true);
  for (const measure of measures) {
    lines.push("");
    say("  ", `${measure.title}: ${FINDING_WORDS[measure.finding]}`, true);
    say("    first       ", sideText(measure, measure.first));
    say("    second      ", sideText(measure, measure.second));
    say("    difference  ", differenceText(measure));
  }
  lines.push("");
  say("", METHOD);
  if (settings.length + topology.length > 0) {
    lines.push("");
    say("", "Not the same in both:", true);
  }
  for (const setting of settings) {
    const [one, other] = [first, second].map((record) => settingText(record, setting));
    say("  ", `${setting.name}: ${one}, then ${other}`);
  }
  for (const line of topology) say("  ", `topology ${line}`);
  return `${lines.join("\n")}\n`;
}
