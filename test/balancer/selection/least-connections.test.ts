import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LeastConnections } from "../../../balancer/selection/least-connections.ts";
import {
  candidates,
  context,
  policyContract,
  seeded,
  type TestCandidate,
} from "./policy-contract.ts";

policyContract("least-connections", () => new LeastConnections());

const firstOf = () => 0;

describe("one pick", () => {
  test.each<[string, number[], number[], string[], string]>([
    ["the fewest in flight", [1, 1, 1], [3, 1, 2], [], "b"],
    ["the fewest among those allowed", [1, 1, 1], [3, 1, 2], ["b"], "c"],
    ["the fewest for its weight", [1, 4, 2], [2, 4, 3], [], "b"],
    ["an idle one before a heavy one", [1, 100], [0, 1], [], "a"],
    ["weight 0 not even when idle", [0, 1], [0, 50], [], "b"],
    ["the least loaded of weight 0 when nobody else may", [0, 0, 1], [2, 1, 0], ["c"], "b"],
  ])("takes %s", (_, weights, inFlight, denied, expected) => {
    const members = candidates(...weights);
    members.forEach((member, index) => {
      member.inFlight = inFlight[index] ?? 0;
    });
    const policy = new LeastConnections();
    policy.update(members);
    expect(policy.pick(context(firstOf, denied))?.id).toBe(expected);
  });
});

test("equals take turns", () => {
  const policy = new LeastConnections();
  policy.update(candidates(1, 1, 1));
  const picked = Array.from({ length: 6 }, () => policy.pick(context(firstOf))?.id);
  expect(picked.join(" ")).toBe("a b c a b c");
});

test("the pick always has the least load of those allowed", () => {
  const member = fc.record({
    weight: fc.integer({ min: 1, max: 9 }),
    inFlight: fc.nat({ max: 9 }),
  });
  const scenario = fc.record({
    members: fc.array(member, { minLength: 1, maxLength: 8 }),
    denied: fc.subarray(["a", "b", "c"]),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(scenario, ({ members, denied, seed }) => {
      const all = candidates(...members.map((m) => m.weight));
      all.forEach((candidate, index) => {
        candidate.inFlight = members[index]?.inFlight ?? 0;
      });
      const policy = new LeastConnections();
      policy.update(all);
      const loads = all
        .filter((candidate) => !denied.includes(candidate.id))
        .map((candidate) => candidate.inFlight / candidate.weight);
      const picked = policy.pick(context(seeded(seed), denied));
      if (picked === undefined) expect(loads).toEqual([]);
      else expect(picked.inFlight / picked.weight).toBe(Math.min(...loads));
    }),
  );
});

test("under steady load of long requests the shares follow the weights, and the lightest is not starved", () => {
  const members = candidates(1, 100);
  const policy = new LeastConnections();
  policy.update(members);
  const random = seeded(2);
  const running: TestCandidate[] = [];
  const counts: Record<string, number> = { a: 0, b: 0 };
  const [warmUp, counted] = [20_000, 20_000];
  for (let request = 0; request < warmUp + counted; request++) {
    const picked = policy.pick(context(random)) as TestCandidate;
    picked.inFlight++;
    if (request >= warmUp) counts[picked.id] = (counts[picked.id] ?? 0) + 1;
    running.push(picked);
    // 2,020 in flight, 20 of them at weight 1: few enough to be quick, many enough that rounding is small.
    if (running.length <= 2_020) continue;
    const index = Math.floor(random() * running.length);
    const done = running[index];
    const last = running.pop();
    if (done !== undefined) done.inFlight--;
    if (last !== undefined && index < running.length) running[index] = last;
  }
  const share = (counts["a"] ?? 0) / counted;
  expect(share).toBeGreaterThan(0.8 / 101);
  expect(share).toBeLessThan(1.25 / 101);
});
