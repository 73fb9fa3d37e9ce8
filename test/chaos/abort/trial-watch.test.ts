import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AbortRule } from "../../../chaos/abort/abort-rule.ts";
import { SoFar } from "../../../chaos/abort/so-far.ts";
import { abortBehind, TrialAborted } from "../../../chaos/abort/trial-aborted.ts";
import { TrialWatch } from "../../../chaos/abort/trial-watch.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** A rule that answers these, one a look. */
function rule(title: string, ...answers: (string | null | Error)[]): AbortRule & { looks: number } {
  const told = {
    title,
    looks: 0,
    watch: () => () => {
      const answer = answers[told.looks] ?? null;
      told.looks += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return told;
}

test("rules are asked every 50 ms, and the first that says so aborts, with its words", () => {
  const [never, third] = [rule("never"), rule("third", null, null, "too much")];
  using watch = new TrialWatch([never, third], new SoFar());
  vi.advanceTimersByTime(149);
  expect([never.looks, third.looks, watch.signal.aborted]).toEqual([2, 2, false]);
  vi.advanceTimersByTime(1);
  expect(watch.signal.reason).toBeInstanceOf(TrialAborted);
  expect(watch.signal.reason).toMatchObject({ rule: "third", message: "third: too much" });
  vi.advanceTimersByTime(500);
  expect(third.looks).toBe(3);
});

test("a rule whose code fails aborts: it would protect nobody", () => {
  using watch = new TrialWatch([rule("broken", new Error("oops"))], new SoFar());
  vi.advanceTimersByTime(50);
  expect(String(watch.signal.reason)).toContain("broken: the rule's own code failed: oops");
});

test("once it is disposed nothing is asked", () => {
  const late = rule("late", "now");
  const watch = new TrialWatch([late], new SoFar());
  watch[Symbol.dispose]();
  watch[Symbol.dispose]();
  vi.advanceTimersByTime(500);
  expect([late.looks, watch.signal.aborted]).toEqual([0, false]);
});

describe("the abort behind an error", () => {
  const abort = new TrialAborted("a rule", "it says so");

  test("is found where a wait was interrupted, and where cleaning up failed as well", async () => {
    const waiting = await sleep(1_000, undefined, { signal: AbortSignal.abort(abort) }).catch(
      (error: unknown) => error,
    );
    expect(abortBehind(abort)).toBe(abort);
    expect(abortBehind(waiting)).toBe(abort);
    expect(abortBehind(new SuppressedError(new Error("no heal"), waiting))).toBe(abort);
  });

  test("is none where something else went wrong", () => {
    expect(abortBehind(new Error("other", { cause: new Error("still other") }))).toBeNull();
    expect(abortBehind("text")).toBeNull();
  });
});
