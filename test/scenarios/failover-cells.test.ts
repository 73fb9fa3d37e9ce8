import { expect, test } from "vitest";
import { checkScenario } from "../../chaos/experiment.ts";
import { FAILOVER_CELL_IDS, failoverCells } from "../../scenarios/failover-cells.ts";

const TIMERS = { advertIntervalMs: 100, priorities: [250, 240] } as const;
const cells = failoverCells(TIMERS, FAILOVER_CELL_IDS);

function cellOf(id: string) {
  const cell = cells.find((one) => one.id === id);
  if (cell === undefined) throw new Error(`There is no cell ${id}.`);
  return cell;
}

test.each(cells.map((cell) => [cell.id, cell] as const))("%s can be run", (_, { scenario }) => {
  expect(() => checkScenario(scenario, 1)).not.toThrow();
  expect(scenario.objectives.map(({ id }) => id)).toEqual(
    expect.arrayContaining([...scenario.control.mustFail]),
  );
});

test.each(["kill", "silent-kill", "pause", "isolate"])(
  "after a %s the peer is predicted to take over within 2 to 3 adverts and its skew",
  (id) => {
    expect(cellOf(id).predicted.outage).toMatchObject({
      floorMs: 206.25,
      meanMs: 256.25,
      ceilingMs: 306.25,
    });
  },
);

test("a planned stop is predicted to cost at most the skew", () => {
  expect(cellOf("stop").predicted.outage).toMatchObject({ floorMs: 0, ceilingMs: 6.25 });
});

test("nothing is predicted of a hung service: VRRP alone does not see it", () => {
  expect(cellOf("hung-service").predicted).toMatchObject({
    outage: null,
    without: "none: VRRP alone does not see it",
  });
});

test("only the failback preempts", () => {
  const preempting = cells.filter(({ scenario }) => scenario.topology.virtualAddress?.vrrp.preempt);
  expect(preempting.map(({ id }) => id)).toEqual(["failback"]);
});

test("the timers decide the windows and how long is observed", () => {
  const [slow] = failoverCells({ advertIntervalMs: 1_000, priorities: [200, 128] }, [
    "silent-kill",
  ]);
  expect(slow?.predicted.outage).toMatchObject({ floorMs: 2_500, ceilingMs: 3_500 });
  expect(slow?.scenario.observeMs).toBeGreaterThan(3_500);
});

test("a handover whose skew can be measured is judged by its length, a shorter one by what it loses", () => {
  const objectiveOf = (advertIntervalMs: number) =>
    failoverCells({ advertIntervalMs, priorities: [200, 100] }, ["stop"])[0]?.scenario.objectives[0]
      ?.id;
  expect(objectiveOf(1_000)).toBe("outage");
  expect(objectiveOf(20)).toBe("failed-requests");
});
