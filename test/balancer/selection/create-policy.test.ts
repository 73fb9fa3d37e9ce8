import { expect, test } from "vitest";
import { POLICY_NAMES } from "../../../balancer/config.ts";
import { createPolicy, UnknownPolicy } from "../../../balancer/selection/create-policy.ts";
import { candidates, context, seeded } from "./policy-contract.ts";

test.each(POLICY_NAMES)("the configuration's %s can be made and picks", (name) => {
  const policy = createPolicy(name);
  policy.update(candidates(1));
  expect(policy.pick(context(seeded(1)))?.id).toBe("a");
});

test("each call makes an instance of its own", () => {
  expect(createPolicy("round-robin")).not.toBe(createPolicy("round-robin"));
});

test.each(["roundrobin", "", "toString"])(
  "an unknown name %j is refused with the known ones",
  (name) => {
    expect(() => createPolicy(name)).toThrow(UnknownPolicy);
    expect(() => createPolicy(name)).toThrow(/Use one of: round-robin, least-connections\./);
  },
);
