import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Policy } from "../../../balancer/selection/policy.ts";
import {
  candidates,
  context,
  finish,
  manyCandidates,
  seeded,
  start,
  type TestCandidate,
} from "./policy-contract.ts";

const firstOf = () => 0;
const PLAIN = "least-connections";
const WEIGHTED = "weighted-least-connections";

/** A policy whose members have these weights and requests in flight. */
function policyWith(name: string, weights: number[], inFlight: number[]): Policy {
  const members = candidates(...weights);
  const policy = createPolicy(name);
  policy.update(members);
  members.forEach((member, index) => {
    for (let request = 0; request < (inFlight[index] ?? 0); request++) start(policy, member);
  });
  return policy;
}

describe("one pick", () => {
  test.each<[string, string, number[], number[], string[], string]>([
    [PLAIN, "the fewest in flight", [1, 1, 1], [3, 1, 2], [], "b"],
    [PLAIN, "the fewest whatever the weights", [9, 1, 9], [3, 1, 2], [], "b"],
    [PLAIN, "the fewest among those allowed", [1, 1, 1], [3, 1, 2], ["b"], "c"],
    [WEIGHTED, "the fewest for its weight", [1, 4, 2], [2, 4, 3], [], "b"],
    [WEIGHTED, "an idle one before a heavy one", [1, 100], [0, 1], [], "a"],
    [WEIGHTED, "weight 0 not even when idle", [0, 1], [0, 50], [], "b"],
    [WEIGHTED, "the least loaded of weight 0 last", [0, 0, 1], [2, 1, 0], ["c"], "b"],
  ])("%s takes %s", (name, _, weights, inFlight, denied, expected) => {
    const policy = policyWith(name, weights, inFlight);
    expect(policy.pick(context(firstOf, denied))?.id).toBe(expected);
  });
});

test.each([PLAIN, WEIGHTED])("%s: equals take turns", (name) => {
  const policy = policyWith(name, [1, 1, 1], []);
  const picked = Array.from({ length: 6 }, () => policy.pick(context(firstOf))?.id);
  expect(picked.join(" ")).toBe("a b c a b c");
});

test("idle members of other weights take turns by their weights", () => {
  const policy = policyWith(WEIGHTED, [5, 1, 1], []);
  const picked = Array.from({ length: 700 }, () => policy.pick(context(firstOf))?.id);
  expect(picked.filter((id) => id === "a").length).toBeGreaterThanOrEqual(498);
  expect(picked.filter((id) => id === "a").length).toBeLessThanOrEqual(502);
});

test.each([PLAIN, WEIGHTED])(
  "%s: whatever starts, ends, leaves or returns, the pick has the least load of those allowed",
  (name) => {
    const step = fc.record({
      denied: fc.subarray(["a", "b", "c"]),
      finish: fc.option(fc.nat(), { nil: null }),
      away: fc.option(fc.record({ member: fc.nat({ max: 7 }), available: fc.boolean() }), {
        nil: null,
      }),
    });
    const scenario = fc.record({
      weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
      steps: fc.array(step, { maxLength: 60 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(scenario, ({ weights, steps, seed }) => {
        const members = candidates(...weights);
        const policy = createPolicy(name);
        policy.update(members);
        const random = seeded(seed);
        const away = new Set<string>();
        const running: TestCandidate[] = [];
        for (const { denied, finish: index, away: move } of steps) {
          const moved = move === null ? undefined : members[move.member];
          if (moved !== undefined && move !== null) {
            if (move.available) away.delete(moved.id);
            else away.add(moved.id);
            policy.setAvailable?.(moved, move.available);
          }
          const out = [...denied, ...away];
          const loads = members
            .filter((member) => !out.includes(member.id))
            .map((member) => member.inFlight / (name === PLAIN ? 1 : member.weight));
          const picked = policy.pick(context(random, out));
          if (picked === undefined) expect(loads).toEqual([]);
          else {
            const load = picked.inFlight / (name === PLAIN ? 1 : picked.weight);
            expect(load).toBe(Math.min(...loads));
            start(policy, picked);
            running.push(picked);
          }
          if (index === null || running.length === 0) continue;
          const [done] = running.splice(index % running.length, 1);
          if (done !== undefined) finish(policy, done);
        }
      }),
    );
  },
);

test("an empty newcomer is filled up to the others and then treated as they are", () => {
  const members = manyCandidates(10);
  const policy = createPolicy(PLAIN);
  policy.update(members.slice(0, 9));
  const random = seeded(4);
  for (let request = 0; request < 90; request++) {
    start(policy, policy.pick(context(random)) as TestCandidate);
  }
  policy.update(members);
  for (let request = 0; request < 10; request++) {
    start(policy, policy.pick(context(random)) as TestCandidate);
  }
  expect(members.map((member) => member.inFlight)).toEqual(Array.from({ length: 10 }, () => 10));
});

test("under steady load of long requests the shares follow the weights, and the lightest is not starved", () => {
  const members = candidates(1, 100);
  const policy = createPolicy(WEIGHTED);
  policy.update(members);
  const random = seeded(2);
  const running: TestCandidate[] = [];
  const counts: Record<string, number> = { a: 0, b: 0 };
  const [warmUp, counted] = [20_000, 20_000];
  for (let request = 0; request < warmUp + counted; request++) {
    const picked = policy.pick(context(random)) as TestCandidate;
    start(policy, picked);
    if (request >= warmUp) counts[picked.id] = (counts[picked.id] ?? 0) + 1;
    running.push(picked);
    // 2,020 in flight, 20 of them at weight 1: few enough to be quick, many enough that rounding is small.
    if (running.length <= 2_020) continue;
    const index = Math.floor(random() * running.length);
    const done = running[index];
    const last = running.pop();
    if (done !== undefined) finish(policy, done);
    if (last !== undefined && index < running.length) running[index] = last;
  }
  const share = (counts["a"] ?? 0) / counted;
  expect(share).toBeGreaterThan(0.8 / 101);
  expect(share).toBeLessThan(1.25 / 101);
});
