import { expect, test } from "vitest";
import type { Finding, SaturationStep } from "../../../../chaos/load/saturation/ladder.ts";
import {
  CAPACITY_SCHEMA,
  type CapacityRecord,
} from "../../../../chaos/load/saturation/measure-capacity.ts";
import {
  renderFinding,
  renderStep,
  renderStepHeader,
} from "../../../../chaos/load/saturation/render-capacity.ts";

const STEP: SaturationStep = {
  connections: 64,
  perSecond: 1_234.56,
  answered: 2_469,
  otherStatus: 0,
  timeouts: 1,
  reopened: 44,
  cpuShare: 0.2,
  machineBusy: 0.314,
  stolenShare: 0.024,
};

function recordOf(finding: Finding, step: SaturationStep = STEP): CapacityRecord {
  return {
    schema: CAPACITY_SCHEMA,
    at: "2026-11-21T00:00:00.000Z",
    topology: "active-active",
    target: {
      client: "client",
      balancer: "lb-1",
      address: "198.18.8.11",
      port: 8080,
      path: "/",
      headers: {},
    },
    measureMs: 2_000,
    finding,
    steps: [{ ...step, onPlateau: true }],
    fingerprint: {} as CapacityRecord["fingerprint"],
  };
}

test("the columns of the table stand beneath their titles", () => {
  const [header, line] = [renderStepHeader(), renderStep(STEP)];
  expect(line).toHaveLength(header.length);
  expect(header.split(/ {2,}/).slice(1)).toEqual([
    "connections",
    "requests/s",
    "reopened",
    "not 2xx",
    "too late",
    "machine busy",
    "stolen",
  ]);
  expect(line.trim().split(/ {2,}/)).toEqual(["64", "1,234.6", "44", "0", "1", "31 %", "2 %"]);
  expect(renderStep({ ...STEP, perSecond: null })).toContain("–");
  expect(renderStep({ ...STEP, stolenShare: null })).toMatch(/ –$/);
});

test("a capacity is told with its spread, its shares, and what happens to those beyond it", () => {
  const capacity = { perSecond: 200, leastPerSecond: 190, mostPerSecond: 205, atOnce: 20.1 };
  const finding = { kind: "capacity", capacity } as const;
  expect(renderFinding(recordOf(finding))).toBe(
    "Capacity of lb-1: 200.0 requests/s (190.0 to 205.0, 1 steps); 40 % of it is 80.0/s, 70 % of it is 140.0/s.\n" +
      "It serves about 20 requests at once; further connections are refused.\n",
  );
  expect(renderFinding(recordOf(finding, { ...STEP, reopened: 0 }))).toContain("further ones wait");
});

test("without a capacity it says why", () => {
  expect(renderFinding(recordOf({ kind: "inconclusive", reason: "it still grew" }))).toBe(
    "Capacity of lb-1: inconclusive, because it still grew.\n",
  );
});
