import { describe, expect, test } from "vitest";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { PolicyName } from "../../../balancer/selection/policy-names.ts";
import { candidates, context, manyCandidates, seeded, start } from "./policy-contract.ts";

/** Chi-square of the picks against shares. */
function chiSquare(
  name: PolicyName,
  weights: readonly number[],
  shares: readonly number[],
  denied: readonly string[] = [],
): number {
  const picks = 20_000;
  const members = candidates(...weights);
  const policy = createPolicy(name);
  policy.update(members);
  const random = seeded(17);
  const counts = new Map<string, number>();
  for (let pick = 0; pick < picks; pick++) {
    const id = policy.pick(context(random, denied))?.id ?? "";
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return members
    .map(({ id }, index) => [counts.get(id) ?? 0, picks * (shares[index] ?? 0)] as const)
    .filter(([, expected]) => expected > 0)
    .reduce((sum, [count, expected]) => sum + (count - expected) ** 2 / expected, 0);
}

describe("draws are as likely as they should be (chi-square of 3 degrees, p > 0.001)", () => {
  test.each<[PolicyName, number[], number[], string[]]>([
    ["random", [1, 1, 1, 1], [0.25, 0.25, 0.25, 0.25], []],
    ["random", [9, 1, 1, 1], [0.25, 0.25, 0.25, 0.25], []],
    ["random", [1, 1, 1, 1, 1], [0.25, 0, 0.25, 0.25, 0.25], ["b"]],
    ["weighted-random", [1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4], []],
    ["weighted-random", [1, 2, 3, 4, 10], [0.1, 0.2, 0.3, 0.4, 0], ["e"]],
    ["weighted-random", [1, 1, 1, 997], [0.001, 0.001, 0.001, 0.997], []],
  ])("%s of weights %j: %j", (name, weights, shares, denied) => {
    expect(chiSquare(name, weights, shares, denied)).toBeLessThan(16.27);
  });

  test("also when nearly everybody is denied and draws would miss", () => {
    const weights = [1, 3, ...Array.from({ length: 20 }, () => 1_000)];
    const denied = candidates(...weights)
      .slice(2)
      .map(({ id }) => id);
    expect(chiSquare("weighted-random", weights, [0.25, 0.75], denied)).toBeLessThan(10.83);
  });
});

describe("of two choices", () => {
  test("the fullest of three is never taken: they are two different ones", () => {
    const members = manyCandidates(3);
    const policy = createPolicy("power-of-two-choices");
    policy.update(members);
    members.forEach((member, index) => {
      for (let request = 0; request < index; request++) start(policy, member);
    });
    const random = seeded(1);
    const picked = Array.from({ length: 300 }, () => policy.pick(context(random))?.id);
    expect(new Set(picked)).toEqual(new Set(["backend-0", "backend-1"]));
  });

  test("the less loaded for its weight is taken", () => {
    const members = candidates(1, 10);
    const policy = createPolicy("power-of-two-choices");
    policy.update(members);
    const [a, b] = members;
    if (a === undefined || b === undefined) throw new Error("Two were made.");
    start(policy, a);
    for (let request = 0; request < 9; request++) start(policy, b);
    expect(policy.pick(context(seeded(1)))).toBe(b);
    for (let request = 0; request < 2; request++) start(policy, b);
    expect(policy.pick(context(seeded(1)))).toBe(a);
  });
});
