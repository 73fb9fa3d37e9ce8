import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candidate, PickContext, Policy } from "../../../balancer/selection/policy.ts";

/** A candidate whose figures a test may change. */
export interface TestCandidate extends Candidate {
  weight: number;
  inFlight: number;
}

/** Candidates `a`, `b`, `c`, … of these weights. */
export function candidates(...weights: number[]): TestCandidate[] {
  return weights.map((weight, index) => ({
    id: String.fromCharCode(97 + index),
    weight,
    inFlight: 0,
  }));
}

/** As many candidates `backend-0`, `backend-1`, … of weight 1. */
export function manyCandidates(count: number): TestCandidate[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `backend-${index}`,
    weight: 1,
    inFlight: 0,
  }));
}

/** A context in which everybody but `denied` is allowed. */
export function context(
  random: () => number,
  denied: readonly string[] = [],
  key?: string,
): PickContext {
  return { now: 0, random, allowed: (candidate) => !denied.includes(candidate.id), key };
}

/** Uniform in [0, 1), the same sequence for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Begins a request on a candidate, as the data plane does. */
export function start(policy: Policy, candidate: TestCandidate, now = 0): void {
  candidate.inFlight += 1;
  policy.started?.(candidate, now);
}

/** Ends a request that was answered after `latencyMs`. */
export function finish(policy: Policy, candidate: TestCandidate, latencyMs = 1, now = 0): void {
  policy.observed?.(candidate, "answered", latencyMs, now);
  candidate.inFlight -= 1;
  policy.ended?.(candidate, now);
}

/** Gives a policy a membership and finishes what it builds for it. */
export function settle(policy: Policy, members: readonly Candidate[]): void {
  policy.update(members);
  while (policy.advance?.() === true);
}

/** Ids of the picks of these keys. */
export function placements(policy: Policy, keys: readonly string[]): string[] {
  const random = seeded(1);
  return keys.map((key) => policy.pick(context(random, [], key))?.id ?? "");
}

/** Keys that differ in their last digits, as user names do. */
export function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user-${index}`);
}

/**
 * What every selection policy must do, whatever its order is.
 *
 * @param create makes a policy that handles weight 0
 */
export function policyContract(name: string, create: () => Policy): void {
  const policyOf = (members: readonly Candidate[]): Policy => {
    const policy = create();
    settle(policy, members);
    return policy;
  };
  /** Those in a fixed order all begin with the same, as they must. */
  const ordered = create().division === "order";

  describe(`${name} keeps the contract of policies:`, () => {
    test("an instance that was told of nobody picks nobody", () => {
      expect(create().pick(context(seeded(1)))).toBeUndefined();
    });

    test("an empty membership picks nobody, and a pool that was emptied too", () => {
      expect(policyOf([]).pick(context(seeded(1)))).toBeUndefined();
      const emptied = policyOf(candidates(1, 1));
      settle(emptied, []);
      expect(emptied.pick(context(seeded(1)))).toBeUndefined();
    });

    test("a single candidate is picked every time", () => {
      const policy = policyOf(candidates(1));
      const picked = Array.from({ length: 5 }, () => policy.pick(context(seeded(1)))?.id);
      expect(picked).toEqual(["a", "a", "a", "a", "a"]);
    });

    test("nobody is picked when nobody is allowed, and picking goes on afterwards", () => {
      const policy = policyOf(candidates(1, 1, 1));
      expect(policy.pick(context(seeded(1), ["a", "b", "c"]))).toBeUndefined();
      expect(policy.pick(context(seeded(1)))).toBeDefined();
    });

    test("what is picked is one of the very objects that were given", () => {
      const members = candidates(1, 2);
      expect(members).toContain(policyOf(members).pick(context(seeded(1))));
      const renewed = candidates(1, 2);
      const policy = policyOf(members);
      settle(policy, renewed);
      expect(renewed).toContain(policy.pick(context(seeded(1))));
    });

    test("a candidate of weight 0 is never picked while another one is allowed", () => {
      const members = candidates(0, 1, 0, 3);
      const policy = policyOf(members);
      const random = seeded(7);
      for (let pick = 0; pick < 200; pick++) {
        const picked = policy.pick(context(random)) as TestCandidate;
        expect(picked.weight).toBeGreaterThan(0);
        start(policy, picked);
      }
    });

    test("a candidate of weight 0 is picked when every other one is not allowed", () => {
      const policy = policyOf(candidates(0, 1, 1));
      expect(policy.pick(context(seeded(1), ["b", "c"]))?.id).toBe("a");
    });

    test("when all weights are 0 requests are shared as among equals", () => {
      const share = (weight: number) => {
        const policy = policyOf(candidates(weight, weight, weight));
        const random = seeded(3);
        return Array.from({ length: 60 }, () => policy.pick(context(random))?.id);
      };
      expect(share(0)).toEqual(share(1));
    });

    test("a candidate that came is used, one that went is not", () => {
      const policy = policyOf(candidates(1, 1));
      const random = seeded(5);
      policy.pick(context(random));
      const [, b, c] = candidates(1, 1, 1) as [TestCandidate, TestCandidate, TestCandidate];
      policy.update([b, c]);
      for (let pick = 0; pick < 20; pick++) {
        expect(["b", "c"]).toContain(policy.pick(context(random))?.id);
      }
      settle(policy, [b, c]);
      const denied = ordered ? ["b"] : [];
      const picked = Array.from({ length: 40 }, () => policy.pick(context(random, denied))?.id);
      expect(new Set(picked)).toEqual(new Set(ordered ? ["c"] : ["b", "c"]));
    });

    test("the hint that somebody is away, and is back, changes nothing but who is picked", () => {
      const members = candidates(1, 1, 1);
      const [a] = members as [TestCandidate];
      const policy = policyOf(members);
      const random = seeded(9);
      policy.setAvailable?.(a, false);
      for (let pick = 0; pick < 30; pick++) {
        expect(["b", "c"]).toContain(policy.pick(context(random, ["a"]))?.id);
      }
      policy.setAvailable?.(a, true);
      const picked = Array.from({ length: 60 }, () => policy.pick(context(random))?.id);
      expect(picked).toContain("a");
    });

    test("the first pick of fresh instances favours nobody (chi-square, p > 0.001), unless order is the policy", () => {
      const instances = 500;
      const random = seeded(11);
      const counts = new Map<string, number>();
      for (let instance = 0; instance < instances; instance++) {
        const id = policyOf(candidates(1, 1, 1, 1, 1)).pick(context(random))?.id ?? "";
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      const expected = instances / 5;
      const chiSquare = ["a", "b", "c", "d", "e"]
        .map((id) => ((counts.get(id) ?? 0) - expected) ** 2 / expected)
        .reduce((sum, term) => sum + term, 0);
      // All on one of five; else the 0.999 quantile of the chi-square distribution with 4 degrees of freedom.
      const [least, most] = ordered ? [4 * instances, 4 * instances] : [0, 18.47];
      expect(chiSquare).toBeGreaterThanOrEqual(least);
      expect(chiSquare).toBeLessThanOrEqual(most);
      expect(counts.get("a")).toBeGreaterThan(0);
    });

    test("any pick is allowed, not excluded, and the same for the same seed", () => {
      const scenario = fc.record({
        weights: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 }),
        steps: fc.array(
          fc.record({
            denied: fc.subarray(["a", "b", "c", "d", "e", "f", "g", "h"]),
            key: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }),
            finish: fc.boolean(),
            failed: fc.boolean(),
          }),
          { maxLength: 40 },
        ),
        seed: fc.integer(),
      });
      fc.assert(
        fc.property(scenario, ({ weights, steps, seed }) => {
          const run = (): (string | undefined)[] => {
            const members = candidates(...weights);
            const policy = policyOf(members);
            const random = seeded(seed);
            return steps.map(({ denied, key, finish: ends, failed }, now) => {
              const asked: string[] = [];
              const picked = policy.pick({
                now,
                random,
                key,
                allowed: ({ id }) => {
                  asked.push(id);
                  return !denied.includes(id);
                },
              });
              const allowed = members.filter((member) => !denied.includes(member.id));
              if (picked === undefined) expect(allowed).toEqual([]);
              else {
                expect(allowed).toContain(picked);
                expect(asked).toContain(picked.id);
                if (picked.weight === 0) expect(allowed.every((m) => m.weight === 0)).toBe(true);
                start(policy, picked, now);
                policy.observed?.(picked, failed ? "failed" : "answered", 1 + random(), now);
                if (ends) finish(policy, picked, 1, now);
              }
              return picked?.id;
            });
          };
          expect(run()).toEqual(run());
        }),
        { numRuns: 60 },
      );
    });
  });
}
