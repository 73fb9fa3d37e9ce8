import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_SCHEMA, type EventLine } from "../../../balancer/index.ts";
import {
  firstEvent,
  lastEvent,
  mergeEvents,
  timesOf,
} from "../../../chaos/measurement/timeline.ts";

const event = (monotonicNs: bigint | number, node = "lb-a"): EventLine => ({
  schema: EVENT_SCHEMA,
  node,
  process: "balancer",
  monotonicNs: monotonicNs.toString(),
  type: "check.begin",
  data: {},
});
const any = () => true;

describe("the timeline", () => {
  test("orders by the number, not by the text", () => {
    const merged = mergeEvents([event(1_000), event(90)], [event(200)]);
    expect(merged.map(({ monotonicNs }) => monotonicNs)).toEqual(["90", "200", "1000"]);
  });

  test("events of the same time keep the order of their sources", () => {
    const merged = mergeEvents([event(5, "a"), event(5, "b")], [event(5, "c")]);
    expect(merged.map(({ node }) => node)).toEqual(["a", "b", "c"]);
  });

  test("nothing is lost, and every event is no earlier than the one before", () => {
    const source = fc.array(fc.bigInt({ min: 0n, max: 2n ** 63n }).map((ns) => event(ns)));
    fc.assert(
      fc.property(source, source, (a, b) => {
        const merged = mergeEvents(a, b);
        expect(merged).toHaveLength(a.length + b.length);
        const times = merged.map(({ monotonicNs }) => BigInt(monotonicNs));
        expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0n))).toBe(
          true,
        );
      }),
    );
  });

  test("the first event is the earliest from a time on, the last the latest up to one", () => {
    const events = [event(300), event(100), event(200)];
    expect(firstEvent(events, any, 150n)?.monotonicNs).toBe("200");
    expect(firstEvent(events, any)?.monotonicNs).toBe("100");
    expect(firstEvent(events, any, 301n)).toBeUndefined();
    expect(lastEvent(events, any, 299n)?.monotonicNs).toBe("200");
    expect(lastEvent(events, any, 99n)).toBeUndefined();
  });

  test("only matching events count", () => {
    const events = [event(100, "a"), event(200, "b"), event(50, "b")];
    expect(firstEvent(events, ({ node }) => node === "b")?.monotonicNs).toBe("50");
    expect(timesOf(events, ({ node }) => node === "b")).toEqual([50n, 200n]);
  });
});
