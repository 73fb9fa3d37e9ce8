import { NUMBER_FORMATS } from "../../report/format.ts";
import { doseText } from "../dose.ts";
import type { CurveRecord, DoseRecord, DoseResponseRecord } from "../record.ts";

/** Whether theory lies within what was measured, in a word. */
export function fitText({ fits, predicted, counted }: DoseRecord): string {
  if (counted === 0) return "nothing measured";
  if (predicted === null) return "no theory";
  return fits === false ? "theory lies outside" : "theory lies within";
}

/** What disturbed it, and one sentence a curve, of counts alone. */
export function summaryText(record: DoseResponseRecord): string {
  const [first = "", ...more] = record.curves.map((curve) => curveText(record, curve));
  return [`${capital(record.disturbance.title)}: ${first}`, ...more.map(capital)].join(" ");
}

/** The same text as a sentence begins. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function curveText(record: DoseResponseRecord, { title, doses }: CurveRecord): string {
  const judged = doses.filter(({ counted }) => counted > 0);
  const name = record.curves.length === 1 ? "the address" : `with ${title} the address`;
  if (judged.length === 0) return `${name} was not measured.`;
  const calm = judged.filter(({ moved }) => moved === 0);
  const first = judged.find(({ moved }) => moved > 0);
  const highest = judged.at(-1);
  if (highest?.dose === 0) return `${name} was measured at dose 0 alone.`;
  if (first === undefined) {
    return `${name} moved at no dose, up to ${doseText(record.disturbance.unit, highest?.dose ?? 0)}.`;
  }
  const { moved, counted, dose } = first;
  const last = calm.findLast((one) => one.dose < dose);
  const stayed =
    last === undefined
      ? `${name} `
      : `${name} stayed up to ${doseText(record.disturbance.unit, last.dose)}, and `;
  const most =
    highest === undefined || highest === first
      ? ""
      : `, at ${doseText(record.disturbance.unit, highest.dose)} in ${highest.moved} of ${highest.counted}`;
  return `${stayed}moved at ${doseText(record.disturbance.unit, dose)} in ${moved} of ${counted} trials${most}.`;
}

/** `3 of 10`, with what does not count. */
export function movedText({ moved, counted, notCounted }: DoseRecord): string {
  const left = notCounted === 0 ? "" : ` (${notCounted} left out)`;
  return `${moved} of ${counted}${left}`;
}

/** `6.7 % to 65.2 %`; a dash when there is none. */
export function intervalText(interval: DoseRecord["interval"]): string {
  if (interval === null) return "–";
  const { percent } = NUMBER_FORMATS;
  return `${percent(interval.low)} to ${percent(interval.high)}`;
}

/** A probability; a dash when there is none. */
export function shareText(share: number | null): string {
  return share === null ? "–" : NUMBER_FORMATS.percent(share);
}
