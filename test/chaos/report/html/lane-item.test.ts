import { scaleLinear } from "d3-scale";
import { expect, test } from "vitest";
import { CHECKED_ROW, type LaneItem } from "../../../../chaos/report/html/lane.ts";
import { drawItem, WIDTH } from "../../../../chaos/report/html/lane-item.ts";
import { html } from "../../../../chaos/report/html/markup.ts";
import { Printer } from "../../../../chaos/report/html/printer.ts";
import { passingRun } from "../fixture.ts";

/** How far letters reach below their line, and above it, pixels; text of timelines has 11.5. */
const DESCENT = 3;
const ASCENT = 9;

const print = new Printer(passingRun(42, 1));
const x = scaleLinear().domain([0, 1_000]).range([0, WIDTH]);
const drawn = (item: LaneItem): string => drawItem(print, item, x, 100, CHECKED_ROW).source;
const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map(([, number]) => Number(number));

test("the word for a state stands above all checks, however short they come one after another", () => {
  const word = html`unhealthy`;
  const span = { kind: "span", fromMs: 100, toMs: 900, look: "faulty", label: word } as const;
  const [line = NaN] = numbers(drawn({ ...span, labelLength: 9 }), /<text[^>]* y="([\d.]+)"/g);
  expect(line - ASCENT).toBeGreaterThanOrEqual(100);

  const atMs = [100, 120, 140, 160];
  const passed = numbers(drawn({ kind: "ticks", atMs, look: "check" }), /M[\d.]+ ([\d.]+)v/g);
  const failed = numbers(
    drawn({ kind: "crosses", atMs, look: "check-failed" }),
    /M[\d.]+ ([\d.]+)l8 8/g,
  );
  for (const tops of [passed, failed]) {
    expect(tops).toHaveLength(atMs.length);
    for (const top of tops) {
      expect(top).toBeGreaterThanOrEqual(line + DESCENT);
      expect(top + 8).toBeLessThanOrEqual(100 + CHECKED_ROW);
    }
  }
});

test("a word that its stretch has no room for is left out", () => {
  const word = html`unhealthy`;
  const span = { kind: "span", fromMs: 100, look: "faulty", label: word, labelLength: 9 } as const;
  expect(drawn({ ...span, toMs: 130 })).not.toContain("<text");
  expect(drawn({ ...span, toMs: 300 })).toContain("<text");
});
