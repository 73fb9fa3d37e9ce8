import { expect, test } from "vitest";
import { POLICY_NAMES } from "../../../balancer/index.ts";
import { WrongUse } from "../../../chaos/errors.ts";
import { FAULTS } from "../../../chaos/comparison/faults.ts";
import { DEFAULT_POLICIES, planOf } from "../../../chaos/comparison/plan.ts";
import { simplestOf, simplicityOf } from "../../../chaos/comparison/simplicity.ts";
import { parseModel } from "../../../chaos/simulation/model.ts";
import { TooFewRepetitions } from "../../../chaos/statistics/what-n-compares.ts";

const input = { metric: "failed", seed: 1 } as const;

test("without a word everything is compared with round robin, twelve times", () => {
  const plan = planOf(input);
  expect(plan).toMatchObject({ baseline: "round-robin", repetitions: 12 });
  expect(plan.policies).toEqual([...DEFAULT_POLICIES]);
  expect(plan.faults).toEqual(FAULTS);
});

test("the baseline comes first, whether it was named or not, and nobody comes twice", () => {
  const plan = planOf({ ...input, policies: ["random", "first", "random"], baseline: "first" });
  expect(plan.policies).toEqual(["first", "random"]);
});

test("outlier detection is part of every model, where it is wanted", () => {
  for (const outlierDetection of [true, false]) {
    const plan = planOf({ ...input, outlierDetection });
    expect(plan.outlierDetection).toBe(outlierDetection);
    for (const { id, model } of plan.faults) {
      const rules = parseModel(model, id).outlierDetection;
      expect(rules !== undefined).toBe(outlierDetection);
      // It must be over within what is compared, and long enough to be felt.
      if (rules !== undefined)
        expect(rules).toMatchObject({ interval: 1_000, baseEjection: 2_000 });
    }
  }
});

test("so few repetitions that nothing could be significant are refused", () => {
  const policies = ["random", "first"];
  expect(planOf({ ...input, policies, repetitions: 7 }).repetitions).toBe(7);
  expect(() => planOf({ ...input, policies, repetitions: 6 })).toThrow(TooFewRepetitions);
});

test.each([
  [
    { policies: ["roundrobin"] },
    /no selection policy "roundrobin"\. Did you mean round-robin\? Use one of: round-robin/,
  ],
  [{ baseline: "best" }, /no selection policy "best"/],
  [{ faults: ["quake"] }, /no fault "quake".*Use one of: slow-backend, fast-5xx, kill/],
  [{ policies: ["round-robin"] }, /no other policy to compare with it\. Name another one/],
])("what is unknown is refused with what is known: %o", (wrong, message) => {
  expect(() => planOf({ ...input, ...wrong })).toThrow(WrongUse);
  expect(() => planOf({ ...input, ...wrong })).toThrow(message);
});

test("every fault is a model of the simulator, and says what to expect", () => {
  for (const { id, title, hypothesis, model } of FAULTS) {
    expect(parseModel(model, id).healthCheck).toBeDefined();
    expect([title, hypothesis]).toEqual([
      expect.stringMatching(/\.$/),
      expect.stringMatching(/\.$/),
    ]);
  }
});

test("every policy has its place in the order of simplicity, round robin the first", () => {
  const places = POLICY_NAMES.map((name) => simplicityOf(name).place);
  expect(new Set(places).size).toBe(POLICY_NAMES.length);
  expect(Math.max(...places)).toBe(POLICY_NAMES.length - 1);
  expect(simplestOf([...POLICY_NAMES])).toBe("round-robin");
});

test("a policy with options is as simple as without", () => {
  expect(simplicityOf("peak-ewma:decay=2s")).toEqual(simplicityOf("peak-ewma"));
  expect(simplestOf(["peak-ewma:decay=2s", "least-connections"])).toBe("least-connections");
  expect(simplestOf([])).toBeUndefined();
});
