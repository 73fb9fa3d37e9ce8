import { describe, expect, test } from "vitest";
import { parseModel, type ModelInput } from "../../../chaos/simulation/model.ts";

const LEAST: ModelInput = {
  about: "The least there can be.",
  arrivals: { kind: "poisson", ratePerSecond: 100 },
  work: { kind: "exponential", mean: "10ms" },
  backends: [{ count: 3 }],
  requests: 1_000,
};

test("durations become milliseconds, and what is left out gets its default", () => {
  expect(parseModel(LEAST, "least")).toEqual({
    about: "The least there can be.",
    arrivals: { kind: "poisson", ratePerSecond: 100 },
    work: { kind: "exponential", mean: 10 },
    keys: { kind: "uniform", count: 100_000 },
    backends: [{ count: 3, workers: 1, queue: "unlimited", speed: 1, weight: 1 }],
    changes: [],
    balancers: { count: 1, shared: false },
    retry: { attempts: 0, keptConnections: false },
    warmUp: 0,
    requests: 1_000,
  });
});

describe("refused, with the path and what to do", () => {
  test.each<[string, Record<string, unknown>, path: string, said: string]>([
    ["no end", { requests: undefined }, "requests", "Give one of the two."],
    ["two ends", { duration: "10s" }, "duration", "Give only one of the two."],
    [
      "a change of a backend that is not there",
      { changes: [{ at: "1s", first: 2, count: 2, becomes: { kind: "gone" } }] },
      "changes[0].first",
      "Use backends from 0 to 2.",
    ],
    [
      "shared reports that never come",
      { balancers: { count: 2, shared: true } },
      "balancers.shared",
      "Give balancers.hearsEvery",
    ],
    [
      "a tail that ends where it begins",
      { work: { kind: "pareto", shape: 1, minimum: "1s", maximum: "1s" } },
      "work.maximum",
      "Use a maximum above the minimum.",
    ],
    ["a time without a unit", { warmUp: "10" }, "warmUp", "Write a number and a unit"],
    ["no backends", { backends: [] }, "backends", "Use at least 1."],
    ["a misspelt field", { ballancers: {} }, "(document)", 'Remove "ballancers"'],
  ])("%s", (_, change, path, said) => {
    expect(() => parseModel({ ...LEAST, ...change }, "mine.json")).toThrow(
      expect.objectContaining({
        code: "invalid-document",
        message: expect.stringMatching(
          new RegExp(`^mine\\.json has 1 problem:\\n  ${escaped(path)}: .*${escaped(said)}`),
        ),
      }),
    );
  });

  test("everything at once, also what no single field can tell", () => {
    const wrong = { ...LEAST, about: "", requests: undefined, warmUp: "soon" };
    expect(() => parseModel(wrong, "mine.json")).toThrow(/^mine\.json has 3 problems:/);
  });

  test.each([null, 3, "model", []])("what is no model at all: %j", (what) => {
    expect(() => parseModel(what, "mine.json")).toThrow(
      expect.objectContaining({ code: "invalid-document" }),
    );
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.[\]()]/g, String.raw`\$&`);
}
