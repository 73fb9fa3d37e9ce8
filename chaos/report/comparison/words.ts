import { formatOfUnit, NUMBER_FORMATS } from "../format.ts";
import type { ComparedMeasure, Finding } from "./measures.ts";

/** What may be said of the second run, in words. */
export const FINDING_WORDS: Readonly<Record<Finding, string>> = {
  higher: "higher",
  lower: "lower",
  "not clear": "no clear difference",
  "too few": "too few trials to tell",
};

/** What was found over all measures, in one sentence. */
export function conclusionOf(measures: readonly ComparedMeasure[]): string {
  const told = measures.filter(({ difference }) => difference !== null);
  const named = (finding: Finding): string =>
    measures
      .filter((measure) => measure.finding === finding)
      .map(({ title }) => title)
      .join("; ");
  if (measures.length === 0) return "The runs measured nothing in common.";
  if (told.length === 0) {
    return "There are too few trials to tell any difference: it takes 4 in each run, or 3 and 5.";
  }
  const parts = (["higher", "lower"] as const)
    .filter((finding) => named(finding) !== "")
    .map((finding) => `The second run is ${finding} in: ${named(finding)}.`);
  return parts.length === 0 ? "No difference between the runs is clear." : parts.join(" ");
}

/** How differences were found, for the reader. */
export const METHOD =
  "Difference: how much higher the second run lies, the median of all differences between one of its trials and one of the first (Hodges and Lehmann), with the 95 % interval by ranks. It is called clear when a test of ranks (Mann and Whitney, corrected by Holm for all lines of the table) finds it with 95 % confidence. A difference that is not clear may still be there: more trials tell smaller ones apart.";

/** `+3.1 ms [−0.20 ms, +6.4 ms]`; a dash when nothing can be told. */
export function differenceText({ difference, unit }: ComparedMeasure): string {
  if (difference === null) return "–";
  const format = NUMBER_FORMATS[formatOfUnit(unit)];
  const signed = (value: number): string => `${signOf(value)}${format(value)}`;
  const { shift, low, high } = difference;
  return `${signed(shift)} [${signed(low)}, ${signed(high)}]`;
}

/** A plus before what is above 0; format writes the minus. */
export function signOf(value: number): string {
  return value > 0 ? "+" : "";
}
