import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../../../chaos/report/markdown.ts";
import type { RunRecord } from "../../../chaos/report/record.ts";
import { renderTerminal } from "../../../chaos/report/terminal.ts";
import { FIXTURES, failedControl, passingRun, spoiltRun } from "./fixture.ts";
import { runWithLoads } from "./run-with-loads.ts";

const WIDE = { colour: false, width: 200 };

/** `\u001b`, which begins every colour. */
const ESCAPE = String.fromCodePoint(27);

describe("the terminal summary", () => {
  it("of a pass shows measured beside predicted, the phases, and what the trials support", () => {
    const lines = renderTerminal(passingRun().record, WIDE).split("\n");
    expect(lines[0]).toMatch(/^✓ PASSED {2}When the balancer/);
    expect(lines).toContain(
      "      measured median 261.4\u00a0ms [224.6\u00a0ms, 292.5\u00a0ms] min 218.7\u00a0ms max 309.3\u00a0ms (N=10, supports p74) | predicted outage 206.3\u00a0ms to 306.3\u00a0ms, mean 256.3\u00a0ms",
    );
    expect(lines).toContain("  probes      515 of 3,005 failed (0 before, 515 during, 0 after)");
    expect(lines).toContain(
      "  claim       all of N = 10 passed: that supports p74 with 95 % confidence, no more",
    );
    expect(lines.some((line) => line.startsWith("  phases      detection 255.7"))).toBe(true);
  });

  it("tells what failed of each load", () => {
    const record = runWithLoads();
    const { sent, failedDuring } = record.trials[0]?.probes ?? { sent: -1, failedDuring: -1 };
    const told = `${failedDuring} of ${sent} failed (0 before, ${failedDuring} during, 0 after)`;
    const lines = renderTerminal(record, WIDE).split("\n");
    expect(lines).toContain(`  probes      ${told}`);
    for (const id of ["kept", "streams", "carts"]) {
      expect(lines).toContain(`  ${`load ${id}`.padEnd(10)}  ${told}`);
      expect(renderMarkdown(record)).toContain(`| load ${id} | ${told} |`);
    }
  });

  it("tells how many trials the machine spoilt, how, and how many were measured again", () => {
    const { record } = spoiltRun();
    const text = renderTerminal(record, WIDE);
    expect(text).toContain("10 of 10 trials · 2 measured again");
    const told =
      "2 trials by the machine, 2 measured again: probes were up to 411.0\u00a0ms late, and up to 437.0\u00a0ms of CPU were stolen by its hypervisor";
    expect(text).toContain(`  spoilt      ${told}\n`);
    const markdown = renderMarkdown(record);
    expect(markdown).toContain(`| spoilt | ${told.replaceAll("\u00a0", " ")} |`);
    expect(markdown.match(/^\| [37] \| ! spoilt \|/gm)).toHaveLength(2);
    expect(renderTerminal(passingRun().record, WIDE)).not.toMatch(/spoilt|again by/);

    const trials = record.trials.map((trial) => ({ ...trial, stolenMs: 0 }));
    expect(renderTerminal({ ...record, trials }, WIDE)).toContain("411.0\u00a0ms late\n");
  });

  it("of anything else gives the reasons, and claims nothing", () => {
    const text = renderTerminal(failedControl().record, WIDE);
    expect(text).toMatch(/^✗ FAILED \(control: without keepalived\)/);
    expect(text).toContain(
      "because Outage within the predicted window was missed in 3 of 3 trials",
    );
    expect(text).not.toMatch(/^ {2}claim/m);
  });

  it.each(Object.keys(FIXTURES))("keeps to the width it is given: %s", (name) => {
    const record = FIXTURES[name]?.().record;
    if (record === undefined) throw new Error(`no fixture ${name}`);
    for (const width of [60, 100]) {
      const lines = renderTerminal(record, { colour: false, width }).split("\n");
      expect(lines.filter((line) => line.length > width)).toEqual([]);
    }
  });

  it("has colour only when asked, and then the same words", () => {
    const { record } = passingRun();
    const coloured = renderTerminal(record, { ...WIDE, colour: true });
    const bare = renderTerminal(record, WIDE);
    expect(bare.includes(ESCAPE)).toBe(false);
    expect(coloured.includes(`${ESCAPE}[32m✓`)).toBe(true);
    expect(coloured.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, "g"), "")).toBe(bare);
  });

  it("lets no text of the record steer the terminal", () => {
    const { record } = passingRun();
    const scenario = { ...record.scenario, sentence: `cleared ${ESCAPE}[2J\u009b2J\r\nby words` };
    const text = renderTerminal({ ...record, scenario }, WIDE);
    expect(text.includes(ESCAPE)).toBe(false);
    expect(text.split("\n")[0]).toBe("✓ PASSED  cleared  [2J 2J  by words");
  });
});

describe("the Markdown summary", () => {
  it("has a table of objectives, of phases and of trials", () => {
    const text = renderMarkdown(passingRun().record);
    expect(text).toMatch(/^## ✓ passed: When/);
    expect(text).toContain(
      "| ✓ passed | Outage within the predicted window | every trial within the predicted window ± 13.0 ms | 206.3 … 306.3\u00a0ms | 218.7\u00a0ms | 261.4\u00a0ms | 309.3\u00a0ms | 10 (needs 5) |",
    );
    expect(text).toContain("| detection | 213.8 | 255.7 | 302.4 | 10 |");
    expect(text.match(/^\| \d+ \| ✓ passed \|/gm)).toHaveLength(10);
  });

  it.each(Object.keys(FIXTURES))(
    "has as many cells in every row as its table has columns: %s",
    (name) => {
      const record = FIXTURES[name]?.().record;
      if (record === undefined) throw new Error(`no fixture ${name}`);
      const hostile: RunRecord = {
        ...record,
        command: "a | b ` c",
        objectives: record.objectives.map((objective) => ({ ...objective, title: "x | y\n| z" })),
      };
      const tables = renderMarkdown(hostile)
        .split("\n\n")
        .filter((block) => block.startsWith("|"));
      expect(tables.length).toBeGreaterThan(1);
      for (const table of tables) {
        const cells = table
          .trim()
          .split("\n")
          .map((line) => line.replaceAll("\\|", "").split("|").length);
        expect(new Set(cells).size).toBe(1);
      }
    },
  );

  it("lets no text of the record become markup or a mention", () => {
    const { record } = passingRun();
    const scenario = { ...record.scenario, sentence: "<img src=x> [a](b) @team *bold*" };
    expect(renderMarkdown({ ...record, scenario }).split("\n")[0]).toBe(
      "## ✓ passed: &lt;img src=x\\> \\[a\\](b) &#64;team \\*bold\\*",
    );
  });
});
