import { describe, expect, test } from "vitest";
import { Fleet } from "../../../chaos/simulation/fleet.ts";
import type { Model } from "../../../chaos/simulation/model.ts";
import { NO_REQUEST, RequestTable, STATE } from "../../../chaos/simulation/request-table.ts";

type Group = Model["backends"][number];

const GROUP: Group = { count: 1, workers: 1, queue: "unlimited", speed: 1, weight: 1 };

/** A fleet of one backend, and requests of 10 ms for it. */
function backendOf(group: Partial<Group>) {
  const requests = new RequestTable();
  const fleet = new Fleet([{ ...GROUP, ...group }], requests);
  const arriving = () => {
    const slot = requests.take();
    requests.backend[slot] = 0;
    requests.workMs[slot] = 10;
    requests.luck[slot] = 0.5;
    return { slot, reception: fleet.receive(slot) };
  };
  return { requests, fleet, arriving };
}

describe("a backend", () => {
  test("begins as many as it has workers, and takes the others in the order in which they came", () => {
    const { fleet, arriving } = backendOf({ workers: 2 });
    const [a, b, c, d] = [arriving(), arriving(), arriving(), arriving()];
    expect([a, b, c, d].map(({ reception }) => reception)).toEqual([
      "begun",
      "begun",
      "queued",
      "queued",
    ]);
    expect(fleet.release(b.slot)).toBe(c.slot);
    expect(fleet.release(a.slot)).toBe(d.slot);
    expect(fleet.release(c.slot)).toBe(NO_REQUEST);
    expect(arriving().reception).toBe("begun");
  });

  test("that never runs out of workers begins everything", () => {
    const { arriving } = backendOf({ workers: "unlimited" });
    expect(Array.from({ length: 100 }, () => arriving().reception)).toEqual(
      Array.from({ length: 100 }, () => "begun"),
    );
  });

  test("with a full queue answers at once that it is overloaded", () => {
    const { arriving } = backendOf({ queue: 1 });
    expect([arriving(), arriving(), arriving()].map(({ reception }) => reception)).toEqual([
      "begun",
      "queued",
      "overloaded",
    ]);
  });

  test.each([
    ["first", 0, [1, 2]],
    ["middle", 1, [0, 2]],
    ["last", 2, [0, 1]],
  ])("forgets a waiting request that gave up: the %s one", (_, leaves, stay) => {
    const { fleet, arriving } = backendOf({});
    const working = arriving();
    const waiting = [arriving(), arriving(), arriving()];
    fleet.withdraw(waiting[leaves]?.slot ?? -1);
    const late = arriving();
    const order = [0, 1, 2].map(() => fleet.release(working.slot));
    expect(order).toEqual([...stay.map((index) => waiting[index]?.slot), late.slot]);
    expect(fleet.release(working.slot)).toBe(NO_REQUEST);
  });

  test("works faster by its speed", () => {
    const { fleet, arriving } = backendOf({ speed: 4 });
    expect(fleet.workMs(arriving().slot, 0)).toBe(2.5);
  });

  test("becomes slower in a straight line of speed, and normal again from where it is", () => {
    const { fleet, arriving } = backendOf({ speed: 2 });
    const { slot } = arriving();
    fleet.change(0, { kind: "slower", factor: 4, over: 100 }, 1_000);
    expect([1_000, 1_050, 1_100, 9_000].map((now) => 10 / fleet.workMs(slot, now))).toEqual([
      2, 1.25, 0.5, 0.5,
    ]);
    fleet.change(0, { kind: "normal", over: 10 }, 9_000);
    expect([9_000, 9_005, 9_010].map((now) => 10 / fleet.workMs(slot, now))).toEqual([
      0.5, 1.25, 2,
    ]);
  });

  test("that is stopped half-way to a speed goes on from there", () => {
    const { fleet, arriving } = backendOf({});
    const { slot } = arriving();
    fleet.change(0, { kind: "slower", factor: 2, over: 100 }, 0);
    fleet.change(0, { kind: "normal", over: 0 }, 50);
    expect(fleet.workMs(slot, 50)).toBe(10);
  });

  test("with a fixed time answers everything after it, workers or not", () => {
    const { fleet, arriving } = backendOf({});
    fleet.change(0, { kind: "fixed-time", time: 2_000, seenByChecks: false }, 0);
    const [a, b] = [arriving(), arriving()];
    expect([a.reception, b.reception]).toEqual(["fixed-time", "fixed-time"]);
    expect(fleet.answerMs(b.slot)).toBe(2_000);
  });

  test.each([
    [1, "failing"],
    [0.6, "failing"],
    [0.5, "begun"],
    [0, "begun"],
  ])("that fails a share of %d does to a request of luck 0.5: %s", (share, reception) => {
    const { fleet, arriving } = backendOf({});
    fleet.change(0, { kind: "failing", share, time: 1, seenByChecks: false }, 0);
    expect(arriving().reception).toBe(reception);
  });

  test("that is gone refuses, and has forgotten everybody when it is back", () => {
    const { fleet, requests, arriving } = backendOf({});
    const [working, waiting] = [arriving(), arriving()];
    fleet.change(0, { kind: "gone" }, 0);
    for (const { slot } of [working, waiting]) requests.end(slot);
    fleet.empty(0);
    expect(arriving().reception).toBe("refused");
    fleet.change(0, { kind: "normal", over: 0 }, 1);
    const next = arriving();
    expect(next.reception).toBe("begun");
    expect(fleet.release(next.slot)).toBe(NO_REQUEST);
  });
});

describe("a slot of the table", () => {
  test("is used again only when its request and its events are over", () => {
    const requests = new RequestTable();
    const [free, awaited] = [requests.take(), requests.take()];
    requests.events[awaited] = 2;
    requests.end(free);
    requests.end(awaited);
    expect(requests.take()).toBe(free);
    requests.forgetEvent(awaited);
    expect(requests.take()).toBe(2);
    requests.forgetEvent(awaited);
    expect(requests.take()).toBe(awaited);
  });

  test("is not given back by an event of a request that goes on", () => {
    const requests = new RequestTable();
    const slot = requests.take();
    requests.state[slot] = STATE.working;
    requests.events[slot] = 1;
    requests.forgetEvent(slot);
    expect(requests.take()).not.toBe(slot);
  });

  test("keeps what it holds when the table grows", () => {
    const requests = new RequestTable();
    for (let index = 0; index < 5_000; index += 1) {
      const slot = requests.take();
      requests.workMs[slot] = slot / 2;
      requests.backend[slot] = slot;
    }
    expect(requests.used).toBe(5_000);
    expect([requests.workMs[4_999], requests.backend[17]]).toEqual([2_499.5, 17]);
  });
});
