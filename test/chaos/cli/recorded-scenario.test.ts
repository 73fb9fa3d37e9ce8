import { expect, test } from "vitest";
import { recordedScenario } from "../../../chaos/cli/recorded-scenario.ts";
import { failoverCells } from "../../../scenarios/failover-cells.ts";
import { passingRun } from "../report/fixture.ts";

const { record } = passingRun(42, 1);
const recordOf = (id: string, change: Partial<typeof record> = {}) => ({
  ...record,
  scenario: { ...record.scenario, id },
  command: "npx evenkeel run some --trials 1 --seed 42",
  ...change,
});

test("a scenario of the catalogue is repeated by its id", async () => {
  const { scenario, command } = await recordedScenario(recordOf("backend-killed"));
  expect(scenario.sentence).toContain("When a backend dies");
  expect(command).toBeUndefined();
});

test.each([
  { advertIntervalMs: 100, priorities: [250, 240] },
  { advertIntervalMs: 1_000, priorities: [100, 200] },
] as const)("a failover cell has the timers of its run again: %j", async (timers) => {
  const [cell] = failoverCells(timers, ["isolate"]);
  if (cell === undefined) throw new RangeError("There is no such cell.");
  const command = `npx evenkeel failover --fault isolate --trials 3 --advert ${timers.advertIntervalMs}ms --priorities ${timers.priorities.join(",")} --seed 5`;
  const { topology } = cell.scenario;
  const found = await recordedScenario(recordOf("failover-isolate", { topology, command }));
  expect(found.scenario.topology).toEqual(topology);
  expect(found.scenario.sentence).toBe(cell.scenario.sentence);
  expect(found.command).toBe(command);
});

test("a run that another command made is repeated by that command", async () => {
  const command = "npx evenkeel dose-response --seed 3";
  await expect(recordedScenario(recordOf("loss-10", { command }))).rejects.toThrow(
    /ran the scenario loss-10, which is none of the catalogue\. What made it repeats it: npx evenkeel dose-response --seed 3$/,
  );
});

test("what is gone is told with the commit at which it was there, and what there is", async () => {
  await expect(recordedScenario(recordOf("no-such"))).rejects.toThrow(
    /no-such, and there is none of that name any more\. Check out the commit of the run \(4f43cb2d9c1e\), or run one of: .*backend-killed.*failover-silent-kill/,
  );
});
