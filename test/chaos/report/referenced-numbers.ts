import { expect } from "vitest";
import { NUMBER_FORMATS, type NumberFormat } from "../../../chaos/report/format.ts";
import { numberAt } from "../../../chaos/report/reference.ts";

/**
 * Every number that a page refers to is the record's, as its format writes it.
 *
 * @param least how many there are at least, so that a page without any does not pass
 */
export function expectNumbersOf(record: object, page: string, least: number): void {
  const shown = [...page.matchAll(/data-ref="([^"]+)" data-as="([^"]+)">([^<]*)</g)]
    .map(([, pointer = "", format = "", text = ""]) => ({ pointer, format, text }))
    .filter(({ format }) => format !== "none");
  expect(shown.length).toBeGreaterThan(least);
  const wanted = shown.map(({ pointer, format }) =>
    NUMBER_FORMATS[format as NumberFormat](numberAt(record, pointer) ?? NaN),
  );
  expect(shown.map(({ text }) => text)).toEqual(wanted);
}

/** No number stands on a page without saying where it is from. */
export function expectSourceOfEachNumber(page: string): void {
  const body = page.slice(page.indexOf("<body>"));
  const said = body
    .replaceAll(/<(\w+)[^>]*\sdata-(?:ref|static)[^>]*>[^<]*<\/\1\s*>/g, "")
    .replaceAll(/<[^>]+>/g, " ");
  expect(said.match(/\d+/g) ?? []).toEqual([]);
}
