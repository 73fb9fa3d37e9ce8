import fc from "fast-check";
import { expect, test } from "vitest";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Policy } from "../../../balancer/selection/policy.ts";
import { Nginx, nginxVersion } from "./nginx.ts";
import { candidates, context, manyCandidates, seeded } from "./policy-contract.ts";

const NAME = "weighted-round-robin";
const firstOf = () => 0;

function picks(policy: Policy, count: number, random = firstOf, denied: string[] = []): string[] {
  return Array.from({ length: count }, () => policy.pick(context(random, denied))?.id ?? "");
}

function countsOf(ids: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const id of ids) counts[id] = (counts[id] ?? 0) + 1;
  return counts;
}

test("weights 5, 1, 1 give nginx's sequence a a b a c a a, again and again", () => {
  const policy = createPolicy(NAME);
  policy.update(candidates(5, 1, 1));
  expect(picks(policy, 14).join(" ")).toBe("a a b a c a a a a b a c a a");
});

test("the sequence is that of the real nginx", async ({ skip }) => {
  if (nginxVersion() === null) skip("nginx is missing: npm run setup -- --for test");
  const random = seeded(6);
  const weights = Array.from({ length: 64 }, () => 1 + Math.floor(random() * 20));
  const members = weights.map((weight, index) => ({
    id: `127.0.0.${11 + index}:1`,
    weight,
    inFlight: 0,
  }));
  await using nginx = await Nginx.start(
    members.map(({ id, weight }) => `server ${id} weight=${weight} max_fails=0;`).join("\n"),
  );
  const cycle = weights.reduce((sum, weight) => sum + weight, 0);
  const theirs = await nginx.upstreamsOf(Array.from({ length: cycle }, () => "/"));
  const policy = createPolicy(NAME);
  policy.update(members);
  expect(picks(policy, cycle)).toEqual(theirs);
}, 60_000);

test("in every cycle everybody gets exactly its weight, and at no time much more or less", () => {
  const scenario = fc.record({
    weights: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 10 }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(scenario, ({ weights, seed }) => {
      const members = candidates(...weights);
      const policy = createPolicy(NAME);
      policy.update(members);
      const cycle = weights.reduce((sum, weight) => sum + weight, 0);
      const random = seeded(seed);
      let farthest = 0;
      for (let round = 0; round < 2; round++) {
        const counts = new Map(members.map(({ id }) => [id, 0]));
        for (let pick = 1; pick <= cycle; pick++) {
          const id = policy.pick(context(random))?.id ?? "";
          counts.set(id, (counts.get(id) ?? 0) + 1);
          for (const member of members) {
            const off = (counts.get(member.id) ?? 0) - (pick * member.weight) / cycle;
            farthest = Math.max(farthest, Math.abs(off));
          }
        }
        expect(counts).toEqual(new Map(members.map(({ id, weight }) => [id, weight])));
      }
      // From its beginning the sequence is never off by more than 1.1; from a random place, by twice that.
      expect(farthest).toBeLessThanOrEqual(2.2);
    }),
  );
});

test("beyond 64 backends everybody still gets exactly its weight in a cycle", () => {
  const random = seeded(3);
  const members = manyCandidates(200).map((member) => ({
    ...member,
    weight: 1 + Math.floor(random() * 9),
  }));
  const policy = createPolicy(NAME);
  policy.update(members);
  const cycle = members.reduce((sum, { weight }) => sum + weight, 0);
  const expected = Object.fromEntries(members.map(({ id, weight }) => [id, weight]));
  for (let round = 0; round < 3; round++) {
    expect(countsOf(picks(policy, cycle, random))).toEqual(expected);
  }
});

test("beyond 64 backends those who are denied leave their turns to all others by weight", () => {
  const members = manyCandidates(100).map((member, index) => ({
    ...member,
    weight: index < 50 ? 1 : 3,
  }));
  const denied = members.filter((_, index) => index % 2 === 0).map(({ id }) => id);
  const policy = createPolicy(NAME);
  policy.update(members);
  // 25 of weight 1 and 25 of weight 3 are left: 100 turns.
  const counts = countsOf(picks(policy, 1_000, seeded(5), denied));
  for (const { id, weight } of members) {
    if (denied.includes(id)) expect(counts[id]).toBeUndefined();
    else expect(Math.abs((counts[id] ?? 0) - 10 * weight)).toBeLessThanOrEqual(1);
  }
});

test("beyond 64 backends the only one that is allowed is found, however light", () => {
  const members = manyCandidates(100).map((member, index) => ({
    ...member,
    weight: index === 99 ? 1 : 1_000,
  }));
  const denied = members.slice(0, 99).map(({ id }) => id);
  const policy = createPolicy(NAME);
  policy.update(members);
  expect(new Set(picks(policy, 5, seeded(1), denied))).toEqual(new Set(["backend-99"]));
});
