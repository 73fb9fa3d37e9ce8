import { describe, expect, test } from "vitest";
import { judgeTrial } from "../../chaos/objectives/judge.ts";
import type { ProbeRecord } from "../../chaos/measurement/probe.ts";
import type { Objective } from "../../chaos/scenario.ts";
import { nodeOf } from "../../stacks/topology.ts";
import {
  AVAILABILITY,
  CONNECTIONS,
  FAILED_SHARE,
  lossSurvived,
  lossTooMuch,
  NODE_CAPACITY,
  RECOVERY,
  refusedAfterLoss,
} from "../../scenarios/active-active.ts";
import { probe, trialData } from "../chaos/objectives/trial-data.ts";

function objectiveOf(objectives: readonly Objective[], id: string): Objective {
  const found = objectives.find((objective) => objective.id === id);
  if (found === undefined) throw new RangeError(`There is no objective ${id}.`);
  return found;
}

/** Sent and due at the same time. */
function sent(atMs: number, endMs: number, rest: Partial<ProbeRecord> = {}): ProbeRecord {
  return { ...probe(atMs, endMs), ...rest };
}

describe("the load", () => {
  test("is that share of what both balancers can carry, to both addresses in turns", () => {
    const { load } = lossSurvived();
    expect(NODE_CAPACITY).toBe(200);
    expect(load).toMatchObject({ ratePerSecond: 160, retries: 1 });
    expect([load.address, ...(load.otherAddresses ?? [])]).toEqual(["198.18.8.11", "198.18.8.12"]);
    expect(lossTooMuch().load.ratePerSecond).toBe(280);
  });

  test("brings its service time along: what looks whether the lab is ready does not wait for it", () => {
    const { load, topology } = lossSurvived();
    expect(load.headers).toEqual({ "x-evenkeel-service-ms": "200" });
    const words = topology.nodes.flatMap(({ processes }) => processes.flatMap(({ argv }) => argv));
    expect(words.filter((word) => word.startsWith("--service"))).toEqual([]);
  });

  test("comes from a saturation run when there is one", () => {
    expect(lossSurvived(190).load.ratePerSecond).toBeCloseTo(152, 9);
    expect(lossTooMuch(190).load.ratePerSecond).toBeCloseTo(266, 9);
    expect(lossSurvived(190).predictions[0]?.ceilingMs).toBeCloseTo(300 + 2_000 / 152, 9);
  });
});

test("each balancer has its limit, and the backends are none: they work on more than both let in", () => {
  const { topology } = lossSurvived();
  for (const id of ["lb-1", "lb-2"]) {
    const [file] = nodeOf(topology, id).files;
    if (file?.kind !== "file") throw new Error(`${id} has no configuration.`);
    expect(JSON.parse(file.content)).toMatchObject({ limits: { connections: CONNECTIONS } });
  }
  const workers = topology.nodes.flatMap(({ processes }) =>
    processes.flatMap(({ argv }) =>
      argv.flatMap((word) => /^--workers=(\d+)$/.exec(word)?.slice(1).map(Number) ?? []),
    ),
  );
  expect(workers.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2 * CONNECTIONS);
});

test("at 70 % the survivor refuses between 28.6 % and what Erlang's formula says", () => {
  const { least, most } = refusedAfterLoss(0.7);
  expect(least).toBeCloseTo(0.2857, 4);
  expect(most).toBeCloseTo(0.3194, 4);
});

describe("the recovery", () => {
  const recovery = objectiveOf(lossSurvived().objectives, RECOVERY);

  test("is the end of the first request that was due after the fault and answered elsewhere", () => {
    const probes = [
      sent(-10, 205, { attempts: 2, firstOutcome: "timeout" }),
      sent(1, 101),
      sent(7, 207, { attempts: 2, firstOutcome: "timeout" }),
      sent(20, 220, { attempts: 2, firstOutcome: "timeout" }),
      sent(14, 120, { attempts: 2, outcome: "timeout" }),
    ];
    expect(recovery.measure(trialData({ probes }))).toEqual({ value: 207 });
  });

  test("that never came took at least as long as was observed", () => {
    const probes = [sent(1, 101), sent(7, 107, { outcome: "timeout" })];
    expect(recovery.measure(trialData({ probes, observedMs: 900 }))).toEqual({
      value: null,
      reason: "nothing was answered elsewhere",
      atLeast: 900,
    });
  });
});

describe("the share that fails", () => {
  /** Twenty requests a tenth of a second apart from the fault on, of which these fail. */
  const trialWith = (failed: readonly number[]) =>
    trialData({
      observedMs: 3_000,
      probes: Array.from({ length: 20 }, (_, k) =>
        sent(k * 100 + 1, k * 100 + 90, { outcome: failed.includes(k) ? "eof" : "ok" }),
      ),
    });

  test("begins to count when the survivor has all the load", () => {
    const share = objectiveOf(lossTooMuch().objectives, FAILED_SHARE);
    // Of those from 500 ms on, 15.
    expect(share.measure(trialWith([0, 1, 2, 3, 4])).value).toBe(0);
    expect(share.measure(trialWith([2, 5, 19])).value).toBeCloseTo(2 / 15, 9);
  });

  test("is bounded from both sides: a survivor that refuses nothing has no limit", () => {
    const { objectives } = lossTooMuch();
    const verdictOf = (id: string, failed: readonly number[]) =>
      judgeTrial(objectiveOf(objectives, id), trialWith(failed)).verdict;
    const third = [6, 9, 12, 15, 18];
    expect(verdictOf(FAILED_SHARE, [])).toBe("fail");
    expect(verdictOf(FAILED_SHARE, third)).toBe("pass");
    expect(verdictOf("failed-share-most", third)).toBe("pass");
    expect(verdictOf("failed-share-most", [...third, 7, 10])).toBe("fail");
  });

  test("is nothing of what begins after the fault where the survivor can carry all", () => {
    const availability = objectiveOf(lossSurvived().objectives, AVAILABILITY);
    expect(availability.measure(trialWith([])).value).toBe(1);
    expect(judgeTrial(availability, trialWith([10])).verdict).toBe("fail");
  });
});
