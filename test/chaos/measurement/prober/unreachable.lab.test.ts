import { describe, expect, test } from "vitest";
import { planFor, runPlan } from "./started-prober.ts";

describe("the prober in a network namespace without a route", () => {
  test("ends its probes as unreachable", async () => {
    const plan = planFor(80, { addresses: ["198.18.7.1"], maxDurationMs: 50 });
    const namespace = ["unshare", "--user", "--map-root-user", "--net"];
    const { records, quality } = await runPlan(plan, undefined, namespace);
    expect(records.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 10 }, () => "unreachable"),
    );
    expect(quality.dropped).toBe(0);
  });
});
