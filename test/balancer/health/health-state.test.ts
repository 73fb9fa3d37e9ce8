import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterHealthEvent,
  initialHealth,
  isDue,
  type BackendHealth,
} from "../../../balancer/health/health-state.ts";
import type { HealthState } from "../../../balancer/upstream/backend.ts";

const thresholds = { rise: 2, fall: 3 };

/** Plays P (pass) and F (failure); yields the flips as `position:state`. */
function play(start: HealthState, results: string, limits = thresholds) {
  let health: BackendHealth = initialHealth(start);
  const flips: string[] = [];
  [...results].forEach((result, index) => {
    const event =
      result === "P"
        ? ({ kind: "passed" } as const)
        : ({ kind: "failed", withheld: false } as const);
    const step = afterHealthEvent(health, event, limits);
    health = step.health;
    if (step.flip !== null) flips.push(`${index + 1}:${step.flip}`);
  });
  return { health, flips: flips.join(" ") };
}

describe("results in a row", () => {
  test.each<[string, HealthState, string, string]>([
    ["three failures make a healthy one unhealthy, two do not", "healthy", "FFF", "3:unhealthy"],
    ["two failures change nothing", "healthy", "FF", ""],
    ["alternating results never change anything", "healthy", "FPFPFPFPFPFP", ""],
    ["a pass begins the count anew", "healthy", "FFPFFPFFF", "9:unhealthy"],
    ["two passes make an unhealthy one healthy, one does not", "unhealthy", "PP", "2:healthy"],
    ["alternating results leave an unhealthy one unhealthy", "unhealthy", "PFPFPFPF", ""],
    ["more failures are told once", "healthy", "FFFFFF", "3:unhealthy"],
    ["one pass is enough before the first verdict", "pending", "P", "1:healthy"],
    ["failures before the first verdict need the threshold too", "pending", "FFF", "3:unhealthy"],
    ["after failures before the first verdict one pass is enough", "pending", "FFP", "3:healthy"],
    ["down and up again", "healthy", "FFFPP", "3:unhealthy 5:healthy"],
  ])("%s", (_, start, results, flips) => {
    expect(play(start, results).flips).toBe(flips);
  });

  test("thresholds of one flip at every change", () => {
    const { flips } = play("healthy", "FPFP", { rise: 1, fall: 1 });
    expect(flips).toBe("1:unhealthy 2:healthy 3:unhealthy 4:healthy");
  });
});

test("withheld failures are counted and change the state only when convicted", () => {
  let health = initialHealth("healthy");
  for (let failure = 0; failure < 5; failure++) {
    const step = afterHealthEvent(health, { kind: "failed", withheld: true }, thresholds);
    expect(step.flip).toBeNull();
    health = step.health;
  }
  expect(isDue(health, thresholds)).toBe(true);
  expect(afterHealthEvent(health, { kind: "convicted" }, thresholds)).toEqual({
    health: { state: "unhealthy", passes: 0, failures: 5 },
    flip: "unhealthy",
  });
});

test("convicting one whose failures do not suffice changes nothing", () => {
  const { health } = play("healthy", "FF");
  expect(afterHealthEvent(health, { kind: "convicted" }, thresholds)).toEqual({
    health,
    flip: null,
  });
});

test("a flip always follows as many equal results as its threshold says, and alternates", () => {
  const scenario = fc.record({
    results: fc.string({ unit: fc.constantFrom("P", "F"), maxLength: 40 }),
    rise: fc.integer({ min: 1, max: 5 }),
    fall: fc.integer({ min: 1, max: 5 }),
    start: fc.constantFrom<HealthState>("healthy", "unhealthy"),
  });
  fc.assert(
    fc.property(scenario, ({ results, rise, fall, start }) => {
      let before: string = start;
      for (const flip of play(start, results, { rise, fall }).flips.split(" ").filter(Boolean)) {
        const [position = "", to] = flip.split(":");
        const last = to === "healthy" ? "P".repeat(rise) : "F".repeat(fall);
        expect(results.slice(0, Number(position)).endsWith(last)).toBe(true);
        expect(to).not.toBe(before);
        before = to ?? "";
      }
    }),
  );
});
