import { expect, test } from "vitest";
import { POLICY_NAMES } from "../../../balancer/index.ts";
import { policyMaker } from "../../../chaos/simulation/policy-spec.ts";

test.each(POLICY_NAMES)("%s makes a policy of its own with each call", (name) => {
  const make = policyMaker(name);
  expect(make()).not.toBe(make());
});

test.each([
  "bounded-loads:boundedLoad=1.5",
  "maglev:tableSize=251",
  "peak-ewma:decay=5s:failure=500ms",
  "ring-hash:virtualNodes=40",
])("%s is understood", (spec) => {
  expect(() => policyMaker(spec)()).not.toThrow();
});

test.each([
  [
    "roundrobin",
    'no selection policy "roundrobin". Did you mean round-robin? Use one of: round-robin, ',
  ],
  ["", 'no selection policy "". Use one of: '],
  ["ring-hash:bound=2", "Write option=value with one of: boundedLoad, virtualNodes, "],
  ["ring-hash:toString=2", "Write option=value with one of: boundedLoad, "],
  ["ring-hash:virtualNodes=2.5", "virtualNodes: "],
  ["ring-hash:virtualNodes=", "virtualNodes: "],
  ["ring-hash:virtualNodes", "virtualNodes: "],
  ["maglev:tableSize=256", "tableSize: is not a prime (found 256). Use 65537"],
  ["peak-ewma:decay=5", 'decay: is not a duration (found "5"). Write a number and a unit'],
  ["bounded-loads:boundedLoad=1", "boundedLoad: "],
])("%j is refused with what to write instead", (spec, said) => {
  expect(() => policyMaker(spec)).toThrow(expect.objectContaining({ code: "wrong-use" }));
  expect(() => policyMaker(spec)).toThrow(said);
});

test("a Maglev table that cannot give each backend of a model an entry is refused with the least size", () => {
  const group = { workers: 1, queue: "unlimited", speed: 1 } as const;
  const backends = (count: number, weight = 1) => ({ ...group, count, weight });
  const make = (...groups: readonly ReturnType<typeof backends>[]) =>
    policyMaker("maglev:tableSize=251", { backends: [...groups] });
  expect(() => make(backends(251))()).not.toThrow();
  expect(() => make(backends(252))).toThrow(
    expect.objectContaining({
      code: "wrong-use",
      message: expect.stringMatching(
        /"maglev:tableSize=251" cannot be made\. tableSize: is too small .* 252 backends .* at least 252\.$/,
      ),
    }),
  );
  // Whoever weighs little waits for its turn until the others have had many entries.
  expect(() => make(backends(2, 1_000), backends(1))).toThrow("Use a prime of at least 2003.");
  // The default is one too.
  expect(() => policyMaker("maglev", { backends: [backends(70_000)] })).toThrow("(found 65537)");
  // No other policy has a table that could be too small.
  expect(() => policyMaker("ring-hash", { backends: [backends(100_000)] })()).not.toThrow();
});
