import { expect, test } from "vitest";
import { noFalseFailover } from "../../../chaos/objectives/false-failover.ts";
import { judgeTrial } from "../../../chaos/objectives/judge.ts";
import { fixtureTopology } from "../report/fixture.ts";
import { eventAt, faultAt, trialData } from "./trial-data.ts";

const address = fixtureTopology().virtualAddress?.address;
const verdict = (...events: ReturnType<typeof eventAt>[]) =>
  judgeTrial(noFalseFailover(), trialData({ events }));

test("a take-over by another balancer than the owner is false, by either of its words", () => {
  const master = eventAt(300, "vrrp.master", {}, "lb-b");
  const added = eventAt(301, "address.added", { address }, "lb-b");
  for (const events of [[master, added], [master], [added]]) {
    expect(verdict(...events)).toMatchObject({ verdict: "fail", measured: { value: 1 } });
  }
  expect(verdict(master, added, eventAt(800, "vrrp.master", {}, "lb-b"))).toMatchObject({
    measured: { value: 2 },
  });
});

test("what the owner tells, what was before the fault, and other addresses are none", () => {
  expect(
    verdict(
      eventAt(300, "vrrp.master", {}, "lb-a"),
      eventAt(-300, "vrrp.master", {}, "lb-b"),
      eventAt(300, "address.added", { address: "198.18.7.99" }, "lb-b"),
    ),
  ).toMatchObject({ verdict: "pass", measured: { value: 0 } });
});

test("without an address that moves, or an owner of it, nothing can be said", () => {
  const data = trialData();
  const { virtualAddress: _, ...topology } = fixtureTopology();
  const unowned = { ...data, hurt: { ...data.hurt, owner: null } };
  for (const one of [{ ...data, topology }, unowned]) {
    expect(judgeTrial(noFalseFailover(), one)).toMatchObject({ verdict: "inconclusive" });
  }
});

test("a disturbance that turned out so long that it may be taken for a death says nothing", () => {
  const judged = (healedMs: number | null) => {
    const trial = { ...trialData().trial, faults: [faultAt(0, 150), faultAt(300, healedMs)] };
    return judgeTrial(noFalseFailover({ shorterThanMs: 200 }), trialData({ trial }));
  };
  expect(judged(499)).toMatchObject({ verdict: "pass" });
  for (const healedMs of [500, null]) {
    expect(judged(healedMs)).toMatchObject({
      verdict: "inconclusive",
      measured: { reason: expect.stringContaining("200 ms may be taken for a death") },
    });
  }
});
