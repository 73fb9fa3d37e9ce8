import { expect, test } from "vitest";
import { createPolicy, UnknownPolicy } from "../../../balancer/selection/create-policy.ts";
import { POLICY_NAMES } from "../../../balancer/selection/policy-names.ts";
import { policyContract } from "./policy-contract.ts";

for (const name of POLICY_NAMES) policyContract(name, () => createPolicy(name, { tableSize: 251 }));

test("each call makes an instance of its own", () => {
  expect(createPolicy("round-robin")).not.toBe(createPolicy("round-robin"));
});

test.each(["roundrobin", "", "toString"])(
  "an unknown name %j is refused with the known ones",
  (name) => {
    expect(() => createPolicy(name)).toThrow(UnknownPolicy);
    expect(() => createPolicy(name)).toThrow(/Use one of: round-robin, weighted-round-robin, /);
  },
);
