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
