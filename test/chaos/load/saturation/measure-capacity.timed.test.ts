import { expect, test } from "vitest";
import { NamespaceEnvironment } from "../../../../chaos/environment/namespace/namespace-environment.ts";
import {
  measureCapacity,
  type CapacityProgress,
} from "../../../../chaos/load/saturation/measure-capacity.ts";
import { lossSurvived, NODE_CAPACITY } from "../../../../scenarios/active-active.ts";

const { topology, load } = lossSurvived();

test("a balancer that serves 40 connections of 200 ms each carries 200 requests a second, and no more", async ({
  skip,
}) => {
  const told: CapacityProgress["kind"][] = [];
  const { finding, steps, target } = await measureCapacity(
    { topology, headers: load.headers, balancer: "lb-2", measureMs: 1_000 },
    (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    new AbortController().signal,
    ({ kind }) => told.push(kind),
  );
  expect(target).toMatchObject({ client: "client", balancer: "lb-2", address: "198.18.8.12" });
  expect(told.filter((kind) => kind === "step")).toHaveLength(steps.length);
  expect(steps[0]).toMatchObject({ connections: 1, reopened: 0, otherStatus: 0, onPlateau: false });
  const plateau = steps.filter(({ onPlateau }) => onPlateau);
  expect(plateau.length).toBeGreaterThanOrEqual(3);
  for (const { perSecond, reopened } of plateau) {
    expect(perSecond).toBeGreaterThan(0);
    expect(perSecond).toBeLessThan(NODE_CAPACITY * 1.02);
    expect(reopened).toBeGreaterThan(0);
  }
  if (finding.kind === "invalid") skip(finding.reason);
  if (finding.kind !== "capacity") throw new Error(finding.reason);
  expect(finding.capacity.perSecond).toBeGreaterThan(NODE_CAPACITY * 0.85);
  expect(finding.capacity.perSecond).toBeLessThan(NODE_CAPACITY * 1.02);
});

test("it ends with its signal after the step that is under way", async () => {
  const stop = new AbortController();
  let steps = 0;
  const measured = measureCapacity(
    { topology, headers: load.headers, measureMs: 500 },
    (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    stop.signal,
    ({ kind }) => {
      if (kind !== "step") return;
      steps += 1;
      stop.abort(new Error("enough"));
    },
  );
  await expect(measured).rejects.toThrow("enough");
  expect(steps).toBe(1);
});
