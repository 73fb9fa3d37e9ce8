import { describe, expect, test } from "vitest";
import { judge, mayHold, type Evidence } from "../../../balancer/health/whole-pool-hold.ts";

const fresh: Evidence = {
  lastResult: null,
  lastEndedAt: null,
  passBeganAt: null,
  streakBeganAt: null,
  isDown: false,
};
const passedAt = (at: number): Evidence => ({
  lastResult: "pass",
  lastEndedAt: at + 1,
  passBeganAt: at,
  streakBeganAt: null,
  isDown: false,
});
const failingSince = (at: number, lastResult: Evidence["lastResult"] = "timeout"): Evidence => ({
  lastResult,
  lastEndedAt: at + 100,
  passBeganAt: at - 1_000,
  streakBeganAt: at,
  isDown: false,
});

describe("a backend that fails by silence since 1000", () => {
  const suspect = failingSince(1_000);
  test.each<[string, Evidence[], ReturnType<typeof judge>]>([
    ["is ejected when another one passed since", [passedAt(1_000), failingSince(1_000)], "eject"],
    ["is held when all others fail as well", [failingSince(1_010), failingSince(990)], "hold"],
    ["waits when another one was not checked since", [passedAt(999), failingSince(1_000)], "wait"],
    ["waits when another one was never checked", [fresh, failingSince(1_000)], "wait"],
    ["waits for news of one whose failure is old", [failingSince(800)], "wait"],
    [
      "is held at once when the only other one is down and its failure old",
      [{ ...failingSince(800), isDown: true }],
      "hold",
    ],
    ["waits for one that was down and passes again", [{ ...passedAt(900), isDown: true }], "wait"],
    [
      "is held when another answers wrongly and one is gone",
      [failingSince(1_000, "status"), failingSince(10, "refused")],
      "hold",
    ],
    [
      "is ejected when all others are gone, since nobody tells of anything shared",
      [failingSince(1_000, "refused"), failingSince(1_000, "reset")],
      "eject",
    ],
    ["is ejected when there is nobody else", [], "eject"],
  ])("%s", (_, others, expected) => {
    expect(judge(suspect, others)).toBe(expected);
  });
});

test.each(["refused", "reset", "closed"] as const)(
  "a backend whose last failure is %s is judged alone",
  (result) => {
    const others = [failingSince(1_000), failingSince(1_000)];
    expect(judge(failingSince(1_000, result), others)).toBe("eject");
  },
);

test.each(["timeout", "status", "invalid", "unreachable"] as const)(
  "a failure of the kind %s may be everybody's",
  (result) => {
    const others = [failingSince(1_000), failingSince(1_000)];
    expect(judge(failingSince(1_000, result), others)).toBe("hold");
  },
);

test("small pools and pools without the hold are never held", () => {
  const rules = { enabled: true, durationMs: 1, minimumBackends: 3 };
  expect(mayHold(rules, 3)).toBe(true);
  expect(mayHold(rules, 2)).toBe(false);
  expect(mayHold({ ...rules, enabled: false }, 3)).toBe(false);
});
