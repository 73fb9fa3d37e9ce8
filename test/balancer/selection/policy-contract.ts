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

/** A context in which everybody but `denied` is allowed. */
export function context(random: () => number, denied: readonly string[] = []): PickContext {
  return { now: 0, random, allowed: (candidate) => !denied.includes(candidate.id) };
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

/** What every selection policy must do, whatever its order is. */
export function policyContract(name: string, create: () => Policy): void {
  const policyOf = (members: readonly Candidate[]): Policy => {
    const policy = create();
    policy.update(members);
    return policy;
  };

  describe(`${name} keeps the contract of policies:`, () => {
    test("an instance that was told of nobody picks nobody", () => {
      expect(create().pick(context(seeded(1)))).toBeUndefined();
    });

    test("an empty membership picks nobody", () => {
      expect(policyOf([]).pick(context(seeded(1)))).toBeUndefined();
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
    });

    test("a candidate of weight 0 is never picked while another one is allowed", () => {
      const members = candidates(0, 1, 0, 3);
      const policy = policyOf(members);
      const random = seeded(7);
      for (let pick = 0; pick < 200; pick++) {
        const picked = policy.pick(context(random));
        expect(picked?.weight).toBeGreaterThan(0);
        if (picked !== undefined) (picked as TestCandidate).inFlight++;
      }
    });

    test("a candidate of weight 0 is picked when every other one is not allowed", () => {
      const policy = policyOf(candidates(0, 1, 1));
      expect(policy.pick(context(seeded(1), ["b", "c"]))?.id).toBe("a");
    });

    test("when all weights are 0 everybody gets requests", () => {
      const policy = policyOf(candidates(0, 0, 0));
      const random = seeded(3);
      const picked = Array.from({ length: 9 }, () => policy.pick(context(random))?.id);
      expect(new Set(picked)).toEqual(new Set(["a", "b", "c"]));
    });

    test("a candidate that came is used, one that went is not", () => {
      const policy = policyOf(candidates(1, 1));
      const random = seeded(5);
      policy.pick(context(random));
      const [, b, c] = candidates(1, 1, 1) as [TestCandidate, TestCandidate, TestCandidate];
      policy.update([b, c]);
      const picked = Array.from({ length: 20 }, () => policy.pick(context(random))?.id);
      expect(new Set(picked)).toEqual(new Set(["b", "c"]));
    });

    test("the first pick of fresh instances favours nobody (chi-square, p > 0.001)", () => {
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
      // The 0.999 quantile of the chi-square distribution with 4 degrees of freedom.
      expect(chiSquare).toBeLessThan(18.47);
    });

    test("another seed begins elsewhere, so the randomness is really used", () => {
      const first = (seed: number) =>
        policyOf(candidates(1, 1, 1, 1, 1)).pick(context(seeded(seed)))?.id;
      const firsts = Array.from({ length: 30 }, (_, seed) => first(seed));
      expect(new Set(firsts).size).toBe(5);
    });

    test("any pick is allowed, not excluded, and the same for the same seed", () => {
      const scenario = fc.record({
        weights: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 }),
        steps: fc.array(
          fc.record({
            denied: fc.subarray(["a", "b", "c", "d", "e", "f", "g", "h"]),
            finish: fc.boolean(),
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
            return steps.map(({ denied, finish }) => {
              const id = policy.pick(context(random, denied))?.id;
              const picked = members.find((member) => member.id === id);
              const allowed = members.filter((member) => !denied.includes(member.id));
              if (picked === undefined) expect(allowed).toEqual([]);
              else {
                expect(allowed).toContain(picked);
                if (picked.weight === 0) expect(allowed.every((m) => m.weight === 0)).toBe(true);
                if (!finish) picked.inFlight++;
              }
              return picked?.id;
            });
          };
          expect(run()).toEqual(run());
        }),
      );
    });
  });
}
