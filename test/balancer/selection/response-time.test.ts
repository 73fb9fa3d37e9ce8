import { describe, expect, test } from "vitest";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { Policy, Result } from "../../../balancer/selection/policy.ts";
import type { PolicyName } from "../../../balancer/selection/policy-names.ts";
import {
  candidates,
  context,
  manyCandidates,
  seeded,
  start,
  type TestCandidate,
} from "./policy-contract.ts";

const NAMES = ["least-response-time", "peak-ewma", "power-of-two-choices-ewma"] as const;

interface Answer {
  readonly ms: number;
  readonly result?: Result;
}

/** Requests at a steady rate; each backend answers as `answerOf` says. Counts of the second half. */
function run(
  name: PolicyName,
  members: TestCandidate[],
  answerOf: (member: TestCandidate, now: number) => Answer,
  { requests = 4_000, everyMs = 2 } = {},
): Record<string, number> {
  const policy = createPolicy(name);
  policy.update(members);
  const random = seeded(8);
  const pending: { endsAt: number; member: TestCandidate; answer: Answer }[] = [];
  const counts: Record<string, number> = Object.fromEntries(members.map(({ id }) => [id, 0]));
  for (let request = 0; request < requests; request++) {
    const now = request * everyMs;
    for (const one of pending.filter(({ endsAt }) => endsAt <= now)) {
      pending.splice(pending.indexOf(one), 1);
      policy.observed?.(one.member, one.answer.result ?? "answered", one.answer.ms, one.endsAt);
      one.member.inFlight -= 1;
      policy.ended?.(one.member, one.endsAt);
    }
    const member = policy.pick({ ...context(random), now });
    if (member === undefined) throw new Error("Nobody was picked.");
    if (request >= requests / 2) counts[member.id] = (counts[member.id] ?? 0) + 1;
    start(policy, member, now);
    const answer = answerOf(member, now);
    pending.push({ endsAt: now + answer.ms, member, answer });
  }
  return counts;
}

describe.each(NAMES)("%s", (name) => {
  test("gives a slow backend less than the quick ones", () => {
    const counts = run(name, candidates(1, 1, 1, 1), ({ id }) => ({ ms: id === "a" ? 100 : 10 }));
    expect(counts["a"]).toBeLessThan(0.5 * (counts["b"] ?? 0));
  });

  test("gives equals about the same", () => {
    const counts = run(name, candidates(1, 1, 1, 1), () => ({ ms: 10 }));
    for (const count of Object.values(counts)) {
      expect(count / 500).toBeGreaterThan(0.8);
      expect(count / 500).toBeLessThan(1.2);
    }
  });

  test("is not attracted by a backend that fails in a millisecond", () => {
    const counts = run(name, candidates(1, 1, 1, 1), ({ id }) =>
      id === "a" ? { ms: 1, result: "failed" } : { ms: 20 },
    );
    // Its share by turns would be 500 of 2,000.
    expect(counts["a"]).toBeLessThan(100);
  });

  test("is not attracted by failures that come before any answer", () => {
    const counts = run(name, candidates(1, 1), ({ id }) =>
      id === "a" ? { ms: 0, result: "failed" } : { ms: 50 },
    );
    expect(counts["a"]).toBeLessThan(300);
  });

  test("tries a backend again that has recovered", () => {
    const counts = run(
      name,
      candidates(1, 1, 1),
      ({ id }, now) => (id === "a" && now < 5_000 ? { ms: 1, result: "failed" } : { ms: 10 }),
      { requests: 60_000 },
    );
    expect((counts["a"] ?? 0) / 10_000).toBeGreaterThan(0.7);
    expect((counts["a"] ?? 0) / 10_000).toBeLessThan(1.3);
  });

  test("sends a fresh backend one request, and no more before that is answered", () => {
    const members = manyCandidates(5);
    const policy = createPolicy(name);
    policy.update(members.slice(0, 4));
    const random = seeded(3);
    const answered = (member: TestCandidate, now: number) => {
      start(policy, member, now);
      policy.observed?.(member, "answered", 10, now);
      member.inFlight -= 1;
      policy.ended?.(member, now);
    };
    for (const member of members.slice(0, 4)) answered(member, 0);
    policy.update(members);
    const newcomer = members[4] as TestCandidate;
    for (let request = 0; request < 200; request++) {
      const picked = policy.pick({ ...context(random), now: request }) as TestCandidate;
      if (picked === newcomer) start(policy, picked, request);
      else answered(picked, request);
    }
    expect(newcomer.inFlight).toBe(1);
  });

  test("takes a request that its client gave up as at least as slow as it was", () => {
    const members = candidates(1, 1);
    const [a, b] = members as [TestCandidate, TestCandidate];
    const policy = createPolicy(name);
    policy.update(members);
    policy.observed?.(a, "answered", 10, 0);
    policy.observed?.(b, "answered", 10, 0);
    policy.observed?.(a, "abandoned", 1, 1);
    policy.observed?.(b, "abandoned", 900, 1);
    expect(pickedOf(policy, 20)).toEqual(new Set(["a"]));
  });

  test("heeds weights", () => {
    const counts = run(name, candidates(1, 3), () => ({ ms: 20 }), { everyMs: 1 });
    const ratio = (counts["b"] ?? 0) / (counts["a"] ?? 1);
    expect(ratio).toBeGreaterThan(2);
    expect(ratio).toBeLessThan(4.5);
  });
});

test("after one slow answer peak EWMA avoids the backend, and least response time hardly does", () => {
  const picked = (name: PolicyName) => {
    const members = candidates(1, 1);
    const [a, b] = members as [TestCandidate, TestCandidate];
    const policy = createPolicy(name);
    policy.update(members);
    for (let now = 0; now < 1_000; now += 10) {
      policy.observed?.(a, "answered", 10, now);
      policy.observed?.(b, "answered", 11, now);
    }
    policy.observed?.(a, "answered", 500, 1_000);
    start(policy, b, 1_000);
    return pickedOf(policy, 1, 1_001);
  };
  expect(picked("peak-ewma")).toEqual(new Set(["b"]));
  expect(picked("least-response-time")).toEqual(new Set(["a"]));
});

function pickedOf(policy: Policy, count: number, now = 2): Set<string | undefined> {
  const random = seeded(1);
  return new Set(Array.from({ length: count }, () => policy.pick({ ...context(random), now })?.id));
}
