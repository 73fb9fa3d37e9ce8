import { expect, test } from "vitest";
import { failoverPlace, type WantedPlace } from "../../../chaos/cli/failover-place.ts";
import { Duration } from "../../../stacks/constructs/duration.ts";
import { activeActive } from "../../../stacks/topologies/active-active.ts";
import {
  activePassive,
  type ActivePassiveOptions,
} from "../../../stacks/topologies/active-passive.ts";
import type { Topology } from "../../../stacks/topology.ts";

const NOTHING: WantedPlace = {
  environment: "docker",
  topology: undefined,
  faults: [],
  asked: {},
};

/** The place on a deployed pair of these options. */
function onPair(options: ActivePassiveOptions, wanted: Partial<WantedPlace> = {}) {
  const asked: string[] = [];
  const deployed = (id: string): Promise<Topology> => {
    asked.push(id);
    return Promise.resolve(activePassive(options).topology);
  };
  return { asked, place: failoverPlace({ ...NOTHING, ...wanted }, deployed) };
}

const idsOf = (things: readonly { readonly id: string }[]) => things.map(({ id }) => id);

test("a deployed pair has every cell that needs no other topology, with its own timers", async () => {
  const { asked, place } = onPair({});
  const { cells, left, timers, words, kind } = await place;
  expect(asked).toEqual(["active-passive"]);
  expect(kind).toBe("docker");
  expect(idsOf(cells)).toEqual(["kill", "silent-kill", "stop", "pause", "isolate", "hung-service"]);
  expect(timers).toEqual({ advertIntervalMs: 100, priorities: [250, 240] });
  expect(words).toBe("--environment docker --topology active-passive");
  expect(left).toEqual([
    {
      id: "failback",
      title: "failback",
      reason:
        "it needs another topology: virtualAddress.vrrp.preempt: deployed false, wanted true, with what follows from it",
    },
  ]);
});

test("a pair that preempts has the failback alone", async () => {
  const { place } = onPair({ preempt: true });
  expect(idsOf((await place).cells)).toEqual(["failback"]);
});

test("windows follow the timers that are deployed", async () => {
  const slow = { advertInterval: Duration.millis(1_000), priorities: [200, 128] } as const;
  const { place } = onPair(slow, { topology: "mine", faults: ["silent-kill"] });
  const { timers, cells, words } = await place;
  expect(timers).toEqual({ advertIntervalMs: 1_000, priorities: [200, 128] });
  expect(cells[0]?.predicted.outage).toMatchObject({ floorMs: 2_500, ceilingMs: 3_500 });
  expect(words).toBe("--environment docker --topology mine");
});

test.each([
  ["another advert", {}, { asked: { advertIntervalMs: 1_000 } }, /--advert 1000ms \(deployed: 100/],
  [
    "other priorities",
    {},
    { asked: { priorities: [9, 8] as const } },
    /--priorities 9,8 \(deployed: 250,240\)/,
  ],
  ["a cell by name", {}, { faults: ["failback"] as const }, /failback: .*preempt.*--fault/s],
  ["any cell of it", { count: 7 }, {}, /silent-kill: it needs another topology.*hung-service/s],
  ["no address", { failover: "none" }, {}, /active-passive has no floating address/],
] as const)("refused, with what is deployed: %s", async (_, options, wanted, message) => {
  await expect(onPair(options, wanted).place).rejects.toThrow(message);
});

test("timers that are asked for and are deployed are no contradiction", async () => {
  const timers = { advertIntervalMs: 100, priorities: [250, 240] } as const;
  const { place } = onPair({}, { asked: timers });
  expect((await place).timers).toEqual(timers);
});

test("a fleet without a floating address is refused", async () => {
  const deployed = () => Promise.resolve(activeActive().topology);
  await expect(failoverPlace({ ...NOTHING, topology: "active-active" }, deployed)).rejects.toThrow(
    /active-active has no floating address.*npm run deploy/s,
  );
});

test("a lab has every cell with the timers that are asked for, and asks no engine", async () => {
  const engine = () => Promise.reject(new Error("no engine"));
  const lab = { ...NOTHING, environment: "namespace" } as const;
  const all = await failoverPlace(lab, engine);
  expect(all.cells).toHaveLength(7);
  expect(all).toMatchObject({ left: [], words: "--advert 100ms --priorities 250,240" });
  const asked = await failoverPlace({ ...lab, asked: { advertIntervalMs: 500 } }, engine);
  expect(asked.words).toBe("--advert 500ms --priorities 250,240");
  await expect(failoverPlace({ ...lab, topology: "mine" }, engine)).rejects.toThrow(
    /--topology mine.*--environment docker/s,
  );
});
