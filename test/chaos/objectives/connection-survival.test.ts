import { expect, test } from "vitest";
import {
  connectionsOpenAtLeast,
  connectionsSurviveAtLeast,
} from "../../../chaos/objectives/connection-survival.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import type { ProbeRecord } from "../../../chaos/measurement/probe.ts";
import { faultAt, probe, trialData } from "./trial-data.ts";

/** A connection of a node that was opened before the fault, and ended so long after it. */
function connection(
  node: string,
  endedMs: number,
  outcome: ProbeRecord["outcome"] = "ok",
  change: Partial<ProbeRecord> = {},
): ProbeRecord {
  const record = probe(-300, endedMs, outcome, node);
  return { ...record, class: "long-lived", balancer: "lb-a", lines: 9, ...change };
}

const streams = [
  ...[connection("web-1", 3, "reset"), connection("web-1", 4, "eof")],
  ...[connection("web-2", 900), connection("web-2", 900), connection("web-3", 900)],
];
const data = trialData({ alongside: { streams } });
const of = "streams";

test("survival is told of all connections, of those on the hurt node, and of the others", () => {
  const share = (on: "all" | "hurt" | "others") =>
    judgeTrial(connectionsSurviveAtLeast({ of, on, atLeast: 0.9 }), data);
  expect(share("all")).toMatchObject({ verdict: "fail", measured: { value: 3 / 5 } });
  expect(share("hurt")).toMatchObject({ verdict: "fail", measured: { value: 0 } });
  expect(share("others")).toMatchObject({ verdict: "pass", measured: { value: 1 } });
  expect(share("all").message).toContain("errors of the load: 1 reset, 1 eof");
});

test("a hurt balancer hurts what went through it", () => {
  const hurt = { ...data, hurt: { ...data.hurt, target: "lb-a" } };
  const trial = { ...data.trial, faults: [faultAt(0, null, { target: "lb-a" })] };
  const measured = judgeTrial(connectionsOpenAtLeast({ of, on: "hurt", atLeast: 5 }), {
    ...hurt,
    trial,
  });
  expect(measured).toMatchObject({ verdict: "pass", measured: { value: 5 } });
});

test("what was on any of the nodes that were hurt together was on a hurt node", () => {
  const parts = ["web-1", "web-2"].map((target) => ({ kind: "kill", target }));
  const trial = { ...data.trial, faults: [faultAt(0, null, { kind: "together", parts })] };
  const open = (on: "hurt" | "others") =>
    judgeTrial(connectionsOpenAtLeast({ of, on, atLeast: 0 }), { ...data, trial }).measured;
  expect(open("hurt")).toEqual({ value: 4 });
  expect(open("others")).toEqual({ value: 1 });
});

test("what had ended before the fault, began after it or never brought a line was not open", () => {
  const open = connectionsOpenAtLeast({ of, atLeast: 1 });
  const none = [
    connection("web-2", -50, "eof"),
    { ...probe(1, 900), class: "long-lived" as const, lines: 3 },
    connection("web-3", 20, "timeout", { lines: 0 }),
  ];
  const empty = trialData({ alongside: { streams: none } });
  expect(judgeTrial(open, empty)).toMatchObject({ verdict: "fail", measured: { value: 0 } });
  expect(judgeTrial(connectionsSurviveAtLeast({ of, atLeast: 0 }), empty)).toMatchObject({
    verdict: "inconclusive",
    measured: { reason: "no long-lived connections were open" },
  });
});

test("what ends while the fault may be taking effect was open at it", () => {
  // The made-up fault is known to a millisecond.
  const edge = trialData({ alongside: { streams: [connection("web-1", -0.5, "reset")] } });
  expect(judgeTrial(connectionsOpenAtLeast({ of, atLeast: 1 }), edge).verdict).toBe("pass");
});

test("a load without long-lived connections, and one that is not there, tell nothing", () => {
  for (const other of [trialData({ alongside: { streams: [probe(1, 2)] } }), trialData()]) {
    for (const objective of [
      connectionsSurviveAtLeast({ of, atLeast: 0 }),
      connectionsOpenAtLeast({ of, atLeast: 0 }),
    ]) {
      expect(judgeTrial(objective, other)).toMatchObject({ verdict: "inconclusive" });
    }
  }
});
