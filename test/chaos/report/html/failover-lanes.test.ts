import { expect, test } from "vitest";
import { deathOf } from "../../../../chaos/report/html/failover-lanes.ts";
import { faultAt } from "../../objectives/trial-data.ts";
import { passingRun } from "../fixture.ts";

test("a node is dead from the fault on that killed it, alone or together with others", () => {
  const [trial] = passingRun(42, 1).record.trials;
  if (trial === undefined) throw new Error("The run has no trial.");
  const parts = [
    { kind: "kill", target: "lb-a" },
    { kind: "silent-kill", target: "lb-b" },
    { kind: "pause", target: "web-2" },
  ];
  const deadAt = (...faults: (typeof trial)["faults"]) => {
    const death = deathOf({ trial: { ...trial, faults }, position: 0, events: [], probes: [] });
    return ["lb-a", "lb-b", "web-2"].map(death);
  };
  expect(deadAt(faultAt(0, null, { kind: "kill", target: "lb-b" }))).toEqual([
    Infinity,
    0,
    Infinity,
  ]);
  expect(deadAt(faultAt(0, null, { kind: "together", target: "lb-a", parts }))).toEqual([
    0,
    0,
    Infinity,
  ]);
});
