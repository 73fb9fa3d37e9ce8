import { describe, expect, test } from "vitest";
import { meanRatePerSecond } from "../../../chaos/simulation/arrivals.ts";
import { parseModel } from "../../../chaos/simulation/model.ts";
import { policyMaker } from "../../../chaos/simulation/policy-spec.ts";
import { PRESET_NAMES, presetOf } from "../../../chaos/simulation/presets.ts";
import { meanOf } from "../../../chaos/simulation/random-time.ts";

describe.each(PRESET_NAMES)("the preset %s", (name) => {
  const { model: input, policies } = presetOf(name);
  const model = parseModel(input, name);

  test("is a model, and names policies that there are, each once", () => {
    for (const policy of policies) expect(() => policyMaker(policy)).not.toThrow();
    expect(new Set(policies).size).toBe(policies.length);
    expect(policies.length).toBeGreaterThan(1);
  });

  test("can be served: its backends are not asked for more than they can do in the long run", () => {
    const capacity = model.backends.reduce((sum, { count, workers, speed }) => {
      return sum + count * (workers === "unlimited" ? Number.POSITIVE_INFINITY : workers) * speed;
    }, 0);
    const wanted = (meanRatePerSecond(model.arrivals) / 1_000) * meanOf(model.work);
    expect(wanted / capacity).toBeLessThan(0.95);
  });
});

test.each(["slow-backends", "", "toString", "__proto__"])(
  "a preset that there is not is refused with the known ones: %j",
  (name) => {
    expect(() => presetOf(name)).toThrow(/There is no preset .* Known: supermarket, slow-backend/);
  },
);
