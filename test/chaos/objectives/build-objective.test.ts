import { expect, test } from "vitest";
import { buildObjective, probesOf } from "../../../chaos/objectives/build-objective.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import { probe, trialData } from "./trial-data.ts";

const parts = {
  name: "lost",
  title: "lost things",
  unit: "count",
  bound: { kind: "at-most", value: 0 },
  measure: () => ({ value: 1 }),
} as const;

test("an objective of a further load is named after it, unless it is given a name of its own", () => {
  expect(buildObjective({}, parts)).toMatchObject({ id: "lost", title: "lost things" });
  expect(buildObjective({ of: "carts" }, parts)).toMatchObject({
    id: "lost-carts",
    title: "lost things, of load carts",
    of: "carts",
  });
  expect(buildObjective({ id: "own", of: "carts" }, parts)).toMatchObject({ id: "own" });
});

test("a missed objective of a further load tells of that load's errors, not of the main one's", () => {
  const carts = [probe(1, 2, "timeout"), probe(2, 3, "timeout"), probe(3, 4, "reset")];
  const data = trialData({ alongside: { carts }, errors: { refused: 7 } });
  expect(judgeTrial(buildObjective({ of: "carts" }, parts), data)).toMatchObject({
    verdict: "fail",
    message:
      "lost things, of load carts 1, wanted at most 0; errors of the load: 2 timeout, 1 reset",
  });
  expect(judgeTrial(buildObjective({}, parts), data).message).toContain("7 refused");
});

test("an unknown load has no records, and the reason names those that there are", () => {
  const data = trialData({ probes: [probe(1, 2)], alongside: { carts: [] } });
  expect(probesOf(data, undefined)).toEqual({ probes: data.probes });
  expect(probesOf(data, "streams")).toEqual({
    reason: 'no load beside the main one is called "streams"; known: carts',
  });
});
