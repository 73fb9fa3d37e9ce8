import { expect, test } from "vitest";
import type { CapacityRecord } from "../../../chaos/load/saturation/measure-capacity.ts";
import { LADDER } from "../../../chaos/load/saturation/ladder.ts";
import { evenkeel } from "./evenkeel-process.ts";

const QUICK = ["--service", "100ms", "--step", "500ms"];

test("as JSON it prints the record and nothing else, and exits as the record says", async ({
  skip,
}) => {
  const { code, stdout, stderr } = await evenkeel(["capacity", "single", ...QUICK, "--json"]);
  const record = JSON.parse(stdout) as CapacityRecord;
  expect(stderr).toBe("");
  expect(record).toMatchObject({
    schema: "evenkeel.capacity/1",
    topology: "single",
    measureMs: 500,
    target: { balancer: "lb", headers: { "x-evenkeel-service-ms": "100" } },
  });
  // A machine that is busy with something else makes it invalid, and says so.
  expect(code).toBe({ capacity: 0, invalid: 2, inconclusive: 3 }[record.finding.kind]);
  const stolen = Math.max(...record.steps.map(({ stolenShare }) => stolenShare ?? 0));
  if (stolen > LADDER.mostStolen) skip(`${(stolen * 100).toFixed(0)} % of the CPU were stolen`);
  expect(record.steps.map(({ connections }) => connections).slice(0, 4)).toEqual([1, 2, 4, 8]);
  // One connection gets at most ten answers of 100 ms a second.
  expect(record.steps[0]?.perSecond).toBeLessThan(10.2);
  expect(record.steps[0]?.perSecond).toBeGreaterThan(5);
});

test("where throughput still grows it is inconclusive, and says how far it came", async () => {
  const { code, stdout, stderr } = await evenkeel([
    "capacity",
    "single",
    ...QUICK,
    ...["--max-connections", "4"],
  ]);
  expect(stdout).toContain("client saturates lb (198.18.9.11:8080)");
  expect(stdout).toMatch(/^ +4 +\d+\.\d /m);
  expect(stderr).toContain("Capacity of lb: inconclusive, because throughput still grew at 4");
  expect(code).toBe(3);
});
