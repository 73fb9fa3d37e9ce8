import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Policy } from "../../../balancer/selection/policy.ts";
import { candidates, context, seeded } from "./policy-contract.ts";

const firstOf = () => 0;

function picks(policy: Policy, count: number, denied: readonly string[] = []): string {
  return Array.from({ length: count }, () => policy.pick(context(firstOf, denied))?.id).join(" ");
}

describe("the order", () => {
  test.each<[string, number[], string[], string]>([
    ["equal weights take turns", [1, 1, 1], [], "a b c a b c a"],
    ["other weights change nothing", [5, 1, 1], [], "a b c a b c a"],
    ["one that is not allowed is passed over", [1, 1, 1], ["b"], "a c a c a c a"],
    ["weight 0 has no turn", [1, 0, 1], [], "a c a c a c a"],
    ["weights 0 alone take turns", [0, 0], [], "a b a b a b a"],
    ["weight 0 steps in for the others", [1, 0, 0], ["a"], "b c b c b c b"],
  ])("%s", (_, weights, denied, expected) => {
    const policy = createPolicy("round-robin");
    policy.update(candidates(...weights));
    expect(picks(policy, 7, denied)).toBe(expected);
  });

  test("goes on where it stood when the membership changes", () => {
    const policy = createPolicy("round-robin");
    const members = candidates(1, 1, 1, 1);
    policy.update(members.slice(0, 3));
    expect(picks(policy, 1)).toBe("a");
    policy.update(members);
    expect(picks(policy, 2)).toBe("b c");
    policy.update(members.filter((member) => member.id !== "d"));
    expect(picks(policy, 1)).toBe("a");
  });

  test("goes on with the next that stayed when the one whose turn it was went", () => {
    const policy = createPolicy("round-robin");
    const members = candidates(1, 1, 1);
    policy.update(members);
    expect(picks(policy, 1)).toBe("a");
    policy.update(members.filter((member) => member.id !== "b"));
    expect(picks(policy, 2)).toBe("c a");
  });
});

test("over whole rounds everybody who is allowed gets exactly the same", () => {
  const scenario = fc.record({
    count: fc.integer({ min: 1, max: 10 }),
    denied: fc.subarray(["a", "b", "c", "d"]),
    rounds: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(scenario, ({ count, denied, rounds, seed }) => {
      const members = candidates(...Array.from({ length: count }, () => 1));
      const allowed = members.filter((member) => !denied.includes(member.id));
      const policy = createPolicy("round-robin");
      policy.update(members);
      const random = seeded(seed);
      const counts = new Map<string, number>();
      for (let pick = 0; pick < allowed.length * rounds; pick++) {
        const id = policy.pick(context(random, denied))?.id ?? "";
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      expect(counts).toEqual(new Map([...counts.keys()].map((id) => [id, rounds])));
      expect(counts.size).toBe(allowed.length);
    }),
  );
});
