import { NUMBER_FORMATS } from "../../report/format.ts";
import { doseText } from "../dose.ts";
import type { CurveRecord, DoseResponseRecord } from "../record.ts";
import { fitText, intervalText, movedText, shareText } from "./words.ts";

/** The doses of a curve as rows of text, the head first; what the terminal and Markdown show. */
export function doseRows(record: DoseResponseRecord, curve: CurveRecord): string[][] {
  return [
    [
      record.disturbance.axis,
      "moved",
      "share",
      `${NUMBER_FORMATS.percent(record.confidence)} interval`,
      "predicted",
      "",
      "first move, ms",
    ],
    ...curve.doses.map((dose) => [
      doseText(record.disturbance.unit, dose.dose),
      movedText(dose),
      shareText(dose.share),
      intervalText(dose.interval),
      shareText(dose.predicted),
      fitText(dose),
      dose.firstMove === null ? "–" : NUMBER_FORMATS["ms-bare"](dose.firstMove.median),
    ]),
  ];
}
