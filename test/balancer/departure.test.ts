import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterDeparture,
  beginDeparture,
  departureDueAt,
  type Departure,
  type DepartureEvent,
} from "../../balancer/departure.ts";

const RULES = { lameDuckMs: 500, addressMs: null, drainMs: 1_000 };

/** What it is after events, each at its time. */
function after(
  rules: Parameters<typeof beginDeparture>[0],
  ...events: readonly (readonly [DepartureEvent, number])[]
): Departure {
  return events.reduce<Departure>(
    (departure, [event, now]) => afterDeparture(departure, event, rules, now),
    beginDeparture(rules, 0),
  );
}

describe("a departure", () => {
  test("is a lame duck as long as configured, then drains, then cuts", () => {
    expect(after(RULES, ["time", 499]).phase).toBe("lame-duck");
    expect(after(RULES, ["time", 500])).toEqual({ phase: "draining", until: 1_500 });
    expect(after(RULES, ["time", 500], ["time", 1_499]).phase).toBe("draining");
    expect(after(RULES, ["time", 500], ["time", 1_500]).phase).toBe("cutting");
  });

  test("without a lame duck drains at once, and without a drain cuts at once", () => {
    expect(beginDeparture({ ...RULES, lameDuckMs: 0 }, 0).phase).toBe("draining");
    expect(beginDeparture({ lameDuckMs: 0, addressMs: null, drainMs: 0 }, 0).phase).toBe("cutting");
  });

  test.each([
    ["until the address is gone", 0, [["address-gone", 80]], "draining"],
    ["not longer than keepalived may take", 0, [["time", 200]], "draining"],
    ["no shorter than keepalived takes", 0, [["time", 199]], "lame-duck"],
    [
      "no shorter than configured, although the address is gone",
      500,
      [["address-gone", 80]],
      "lame-duck",
    ],
    [
      "as long as configured, when the address goes earlier",
      500,
      [
        ["address-gone", 80],
        ["time", 500],
      ],
      "draining",
    ],
    ["until the address is gone, although everybody has left", 500, [["emptied", 10]], "lame-duck"],
  ] as const)("with keepalived is a lame duck %s", (_, lameDuckMs, events, phase) => {
    expect(after({ ...RULES, lameDuckMs, addressMs: 200 }, ...events).phase).toBe(phase);
  });

  test("does not stay a lame duck for nobody", () => {
    expect(after(RULES, ["emptied", 20])).toEqual({ phase: "draining", until: 1_020 });
  });

  test("is over at once for who is in a hurry, whatever its phase", () => {
    expect(after(RULES, ["hurried", 1]).phase).toBe("cutting");
    expect(after(RULES, ["time", 500], ["hurried", 501]).phase).toBe("cutting");
  });

  test("never goes back, and ends when its times are over, whatever happens", () => {
    const order = ["lame-duck", "draining", "cutting"];
    fc.assert(
      fc.property(
        fc.record({
          lameDuckMs: fc.nat(1_000),
          addressMs: fc.option(fc.nat(1_000)),
          drainMs: fc.nat(1_000),
        }),
        fc.array(
          fc.tuple(
            fc.constantFrom("time" as const, "address-gone" as const, "emptied" as const),
            fc.nat(300),
          ),
        ),
        (rules, steps) => {
          let [departure, now] = [beginDeparture(rules, 0), 0];
          const phases = [departure.phase];
          for (const [event, afterMs] of steps) {
            now += afterMs;
            departure = afterDeparture(departure, event, rules, now);
            phases.push(departure.phase);
          }
          const end = [1, 2].reduce(
            (one) => afterDeparture(one, "time", rules, departureDueAt(one) ?? now),
            departure,
          );
          expect(end.phase).toBe("cutting");
          const places = phases.map((phase) => order.indexOf(phase));
          expect(places).toEqual(places.toSorted((one, other) => one - other));
        },
      ),
    );
  });
});
