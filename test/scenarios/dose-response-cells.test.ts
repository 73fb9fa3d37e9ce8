import { describe, expect, test } from "vitest";
import { checkScenario } from "../../chaos/experiment.ts";
import type { DisturbanceId } from "../../chaos/dose-response/dose.ts";
import { doseCells } from "../../scenarios/dose-response-cells.ts";

const TIMERS = { advertIntervalMs: 100, downTimerAdverts: 3 };
const setting = (disturbance: DisturbanceId, exposureMs = 2_000) =>
  ({ disturbance, priorities: [150, 100], exposureMs }) as const;
const DOSES = { loss: [0, 0.3, 1], freeze: [0, 0.45], cpu: [0, 4] } as const;

describe.each(["loss", "freeze", "cpu"] as const)("%s", (disturbance) => {
  const cells = doseCells(setting(disturbance), [TIMERS], DOSES[disturbance]);

  test("can be run, with its control", () => {
    for (const { scenario } of cells) {
      expect(() => checkScenario(scenario, 1)).not.toThrow();
      expect(() => checkScenario({ ...scenario, ...scenario.control.change }, 1)).not.toThrow();
      expect(scenario.objectives.map(({ id }) => id)).toEqual(scenario.control.mustFail);
    }
  });

  test("has a placebo for dose 0, as long as the other doses", () => {
    const [zero, ...others] = cells.map(({ scenario }) => scenario.faults);
    expect(zero?.map(({ fault, forMs }) => [fault.kind, forMs])).toEqual([["placebo", 2_000]]);
    for (const faults of others) {
      expect(faults.map(({ fault }) => fault.kind)).not.toContain("placebo");
      const last = faults.reduce((sum, { afterMs, forMs }) => sum + afterMs + (forMs ?? 0), 0);
      // Three rhythms of freezes without the last thawed time, and without what is drawn.
      expect(last).toBeGreaterThan(1_300);
      expect(last).toBeLessThanOrEqual(2_000);
    }
  });

  test("every dose has a run of its own name", () => {
    const ids = cells.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^dose-[a-z0-9.-]+$/);
  });
});

test("the timers are the pair's own", () => {
  const [cell] = doseCells(
    setting("loss", 20_000),
    [{ advertIntervalMs: 500, downTimerAdverts: 30 }],
    [0.2],
  );
  expect(cell?.title).toBe("loss 20 %, 500 ms × 30");
  expect(cell?.scenario.topology.virtualAddress).toMatchObject({
    owners: [{ priority: 150 }, { priority: 100 }],
    vrrp: { advertIntervalMs: 500, downTimerAdverts: 30 },
  });
});

test("freezes come once a rhythm, as long as their share of it, with a whole advert to draw from", () => {
  const [cell] = doseCells(setting("freeze"), [TIMERS], [0.5]);
  expect(cell?.scenario.faults.map(({ afterMs, forMs }) => [afterMs, forMs])).toEqual([
    [0, 300],
    [250, 300],
    [250, 300],
  ]);
});

describe("what makes no sense is refused before anything starts", () => {
  test("an exposure in which nothing could move", () => {
    expect(() => doseCells(setting("loss", 300), [TIMERS], [0.5])).toThrow(
      "An exposure of 300 ms is too short for the timers 100ms/3: whatever the dose, nothing could move. Use --exposure 361ms or more.",
    );
    expect(() => doseCells(setting("freeze", 500), [TIMERS], [0.5])).toThrow("--exposure 600ms");
  });

  test.each([
    ["loss", 1.2, "A dose of 120 %"],
    ["freeze", 0.95, "Use percentages from 0 to 91."],
    ["cpu", 1.5, "Use whole numbers of loops from 0 to 64."],
  ] as const)("a dose of %s that cannot be given", (disturbance, dose, said) => {
    expect(() => doseCells(setting(disturbance), [TIMERS], [dose])).toThrow(said);
  });
});
