import { describe, expect, test } from "vitest";
import { afterHealthEvent, initialHealth } from "../../../balancer/health/health-state.ts";
import { outcomeOfStatus } from "../../../balancer/health/outcome.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { PolicyName } from "../../../balancer/selection/policy-names.ts";
import { OutlierSubject } from "../health/outlier-subject.ts";
import {
  candidates,
  context,
  keysOf,
  manyCandidates,
  placements,
  seeded,
  settle,
  start,
} from "./policy-contract.ts";

/** The worked examples with which introductions to load balancing explain the policies. */

function picks(name: PolicyName, weights: number[], count: number, denied: string[] = []): string {
  const policy = createPolicy(name);
  settle(policy, candidates(...weights));
  const firstOf = () => 0;
  return Array.from({ length: count }, () => policy.pick(context(firstOf, denied))?.id).join(" ");
}

describe("round robin", () => {
  test("three equal servers: A B C A B", () => {
    expect(picks("round-robin", [1, 1, 1], 5)).toBe("a b c a b");
  });

  test("one of three is down: A C A C", () => {
    expect(picks("round-robin", [1, 1, 1], 4, ["b"])).toBe("a c a c");
  });
});

describe("weighted round robin", () => {
  test("weights 4, 2, 1: of seven requests 4, 2 and 1", () => {
    expect(picks("weighted-round-robin", [4, 2, 1], 7)).toBe("a b a c a b a");
  });

  test("weights 3, 1: three of four", () => {
    expect(picks("weighted-round-robin", [3, 1], 8)).toBe("a a b a a a b a");
  });

  test("weights 5, 1, 1: not five in a row", () => {
    expect(picks("weighted-round-robin", [5, 1, 1], 7)).toBe("a a b a c a a");
  });
});

describe("least connections", () => {
  const loaded = (name: PolicyName, weights: number[], connections: number[]) => {
    const members = candidates(...weights);
    const policy = createPolicy(name);
    policy.update(members);
    members.forEach((member, index) => {
      for (let one = 0; one < (connections[index] ?? 0); one++) start(policy, member);
    });
    return policy.pick(context(seeded(1)))?.id;
  };

  test("150, 23 and 87 connections: the second", () => {
    expect(loaded("least-connections", [1, 1, 1], [150, 23, 87])).toBe("b");
  });

  test("weighted: 10 connections at weight 5 are less than 3 at weight 1", () => {
    expect(loaded("weighted-least-connections", [5, 1], [10, 3])).toBe("a");
    expect(loaded("least-connections", [5, 1], [10, 3])).toBe("b");
  });
});

describe("hashing", () => {
  test("a client comes back to its server", () => {
    const policy = createPolicy("source-ip-hash");
    settle(policy, manyCandidates(3));
    const ids = placements(policy, ["203.0.113.7", "203.0.113.8", "203.0.113.7"]);
    expect(ids[2]).toBe(ids[0]);
  });

  test("a fourth server beside three: modulo moves three quarters of the clients, the ring one", () => {
    const keys = keysOf(20_000);
    const moved = (name: PolicyName) => {
      const [three, four] = [3, 4].map((count) => {
        const policy = createPolicy(name);
        settle(policy, manyCandidates(count));
        return placements(policy, keys);
      });
      return keys.filter((_, index) => three?.[index] !== four?.[index]).length / keys.length;
    };
    expect(moved("source-ip-hash")).toBeGreaterThan(0.73);
    expect(moved("source-ip-hash")).toBeLessThan(0.77);
    expect(moved("ring-hash")).toBeGreaterThan(0.18);
    expect(moved("ring-hash")).toBeLessThan(0.32);
  });
});

describe("two random choices", () => {
  test("n requests on n servers: the fullest has far fewer than with one choice", () => {
    const fullest = (name: PolicyName) => {
      const members = manyCandidates(2_000);
      const policy = createPolicy(name);
      policy.update(members);
      const random = seeded(12);
      for (let request = 0; request < members.length; request++) {
        const picked = policy.pick(context(random));
        if (picked !== undefined) start(policy, picked);
      }
      return Math.max(...members.map((member) => member.inFlight));
    };
    // ln n / ln ln n = 3.7 and ln ln n / ln 2 = 2.9, each plus a constant: 6 to 8, and 3 or 4.
    expect(fullest("random")).toBeGreaterThanOrEqual(5);
    expect(fullest("random")).toBeLessThanOrEqual(10);
    expect(fullest("power-of-two-choices")).toBeGreaterThanOrEqual(2);
    expect(fullest("power-of-two-choices")).toBeLessThanOrEqual(4);
  });
});

test("first: the reserve serves only while the first is down", () => {
  expect(picks("first", [1, 1, 1], 3)).toBe("a a a");
  expect(picks("first", [1, 1, 1], 3, ["a"])).toBe("b b b");
});

test("three failures in a row and it is out, two passes in a row and it is in", () => {
  const thresholds = { rise: 2, fall: 3 };
  let health = initialHealth("healthy");
  const states = Array.from("fpffppffffpfpp").map((check) => {
    const event = check === "p" ? { kind: "passed" } : { kind: "failed", withheld: false };
    health = afterHealthEvent(
      health,
      event as Parameters<typeof afterHealthEvent>[1],
      thresholds,
    ).health;
    return health.state === "healthy" ? "+" : "-";
  });
  expect(states.join("")).toBe("++++++++-----+");
});

test("five 503 in a row and it is out, 30 seconds later it is in again", () => {
  const subject = new OutlierSubject(3);
  subject.rounds("answered", 1);
  subject.requests(0, outcomeOfStatus(503), 4);
  expect(subject.out).toEqual([]);
  subject.requests(0, outcomeOfStatus(503), 1);
  expect(subject.out).toEqual(["b0"]);
  subject.wait(29_999);
  expect(subject.out).toEqual(["b0"]);
  subject.wait(1);
  expect(subject.out).toEqual([]);
});
