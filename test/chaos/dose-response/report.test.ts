import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  newDoseResponseRecord,
  type DoseResponsePlan,
} from "../../../chaos/dose-response/new-record.ts";
import type { DoseResponseRecord } from "../../../chaos/dose-response/record.ts";
import { renderDoseResponseCsv } from "../../../chaos/dose-response/report/csv.ts";
import { renderDoseResponseHtml } from "../../../chaos/dose-response/report/html.ts";
import { renderDoseResponseMarkdown } from "../../../chaos/dose-response/report/markdown.ts";
import { renderDoseResponseTerminal } from "../../../chaos/dose-response/report/terminal.ts";
import { writeDoseResponse } from "../../../chaos/dose-response/write-dose-response.ts";
import { measuredDose, TIMERS } from "./measured-dose.ts";
import { expectNumbersOf, expectSourceOfEachNumber } from "../report/referenced-numbers.ts";

const PATIENT = { advertIntervalMs: 100, downTimerAdverts: 10 };
const PLAN: DoseResponsePlan = {
  at: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  command: "npx evenkeel dose-response --seed 42",
  seed: 42,
  trials: 10,
  exposureMs: 2_000,
  priorities: [150, 100],
  budgetMs: 240_000,
  disturbance: "loss",
  timers: [TIMERS, PATIENT],
  doses: [0, 0.2, 0.4, 0.6],
};

/** Ten trials, so many of which moved. */
function moved(count: number): number[] {
  return Array.from({ length: 10 }, (_, index) => (index < count ? 1 + (index % 2) : 0));
}

let record: DoseResponseRecord;
let page: string;
beforeAll(() => {
  record = newDoseResponseRecord(
    PLAN,
    [
      measuredDose({ dose: 0, moves: moved(0) }),
      measuredDose({
        dose: 0.2,
        moves: moved(1),
        change: ({ index }) =>
          index === 9 ? { verdict: "invalid", reasons: ["<late> by 7 ms"] } : {},
      }),
      measuredDose({ dose: 0.4, moves: moved(6) }),
      measuredDose({ dose: 0.6, moves: moved(2) }),
      measuredDose({ dose: 0, moves: moved(0), timers: PATIENT }),
      measuredDose({ dose: 0.6, moves: moved(0), timers: PATIENT }),
    ],
    { left: [{ title: "loss 20 %", reason: "the budget was spent" }], interrupted: false },
  );
  page = renderDoseResponseHtml(record);
});

describe("the page", () => {
  test("every number on it is the record's, as its format writes it", () => {
    expectNumbersOf(record, page, 150);
  });

  test("no number stands on it without its source", () => {
    expectSourceOfEachNumber(page);
  });

  test("needs nothing from elsewhere and escapes what the record says", () => {
    expect(page).not.toMatch(/<(?:script|link|img)\b/);
    expect(page).not.toContain("<late>");
    expect(page).toContain("&lt;late&gt; by 7 ms");
  });

  test("shows the picture first, a curve for each of the timers with its prediction", () => {
    expect(page.indexOf("<svg")).toBeLessThan(page.indexOf("<table"));
    // Each is drawn for a desk and for a telephone.
    expect(page.match(/class="curve-plot"/g)).toHaveLength(4);
    expect(page.match(/class="theory"/g)).toHaveLength(4);
    expect(page.match(/class="interval-band"/g)).toHaveLength(4);
    expect(page.match(/class="dose-dot outside"/g)).toHaveLength(2);
  });

  test("draws every dot within the axes", () => {
    const dots = [...page.matchAll(/class="dose-dot[^"]*"\s+cx="([\d.]+)"\s+cy="([\d.]+)"/g)];
    expect(dots).toHaveLength(12);
    for (const [, x, y] of dots) {
      expect(Number(x)).toBeGreaterThanOrEqual(54);
      expect(Number(y)).toBeGreaterThanOrEqual(46);
      expect(Number(y)).toBeLessThanOrEqual(304);
    }
  });
});

describe("in words", () => {
  const said =
    "Packet loss on the active balancer: with 100 ms × 3 the address stayed up to 0 %, and moved at 20 % in 1 of 9 trials, at 60 % in 2 of 10. With 100 ms × 10 the address moved at no dose, up to 60 %.";
  const why = "which theory does not explain";

  test("all of them say the same", () => {
    expect(page).toContain(said);
    expect(renderDoseResponseMarkdown(record)).toContain(said);
    expect(renderDoseResponseTerminal(record)).toContain(said);
    for (const text of [page, renderDoseResponseMarkdown(record)]) expect(text).toContain(why);
  });

  test("a curve of which only dose 0 was measured promises nothing of others", () => {
    const zero = measuredDose({ dose: 0, moves: moved(0) });
    const only = { ...PLAN, timers: [TIMERS] };
    const text = renderDoseResponseTerminal(
      newDoseResponseRecord(only, [zero], { left: [], interrupted: true }),
    );
    expect(text).toContain("the address was measured at dose 0 alone.");
    expect(text).toMatch(/^■ aborted: it was stopped$/m);
  });

  test("the terminal has a table each, what was left out, the verdict and how to repeat it", () => {
    const text = renderDoseResponseTerminal(record);
    expect(text).toMatch(
      /^40 % +6 of 10 +60\.0.% +31\.3.% to 83\.2.% +56\.\d.% +theory lies within/m,
    );
    expect(text).toMatch(/^20 % +1 of 9 \(1 left out\)/m);
    expect(text).toContain("not run: loss 20 %: the budget was spent");
    expect(text).toMatch(/^✗ failed: /m);
    expect(text.trimEnd().split("\n").at(-1)).toBe(`again: ${PLAN.command}`);
  });

  test("Markdown leads to every run", () => {
    expect(renderDoseResponseMarkdown(record)).toContain("(../loss-0.4/report.html)");
  });

  test("CSV has a line a dose with the numbers of the record", () => {
    const [head = "", ...lines] = renderDoseResponseCsv(record).trimEnd().split("\r\n");
    expect(head.split(",")).toHaveLength(16);
    expect(lines).toHaveLength(6);
    expect(lines[2]).toMatch(/^loss,100,3,0\.4,10,0,6,0\.6,0\.31\d+,0\.83\d+,0\.56\d+,true,9,/);
  });
});

test("every file is written to a folder of its own", async () => {
  const runs = mkdtempSync(join(tmpdir(), "evenkeel-runs-"));
  try {
    const files = await writeDoseResponse(runs, record);
    expect(JSON.parse(readFileSync(files.json, "utf8"))).toEqual(record);
    expect(readFileSync(files.html, "utf8")).toBe(page);
    expect(files.csv).toBe(join(runs, record.id, "dose-response.csv"));
    expect(readFileSync(files.markdown, "utf8")).toContain("# False failover");
  } finally {
    rmSync(runs, { recursive: true });
  }
});
