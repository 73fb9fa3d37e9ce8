import fc from "fast-check";
import { expect, test } from "vitest";
import { afterCut, beginDrain, drainStep, withDeadline } from "../../../balancer/health/drain.ts";

test("a drain waits until nothing is in flight, however late that is without a deadline", () => {
  const drain = beginDrain(3, null, 100);
  expect(drainStep(drain, 1, 1e9)).toEqual({ kind: "wait" });
  expect(drainStep(drain, 0, 350)).toEqual({
    kind: "drained",
    end: { tookMs: 250, completed: 3, cut: 0 },
  });
});

test("a drain cuts from its deadline on, not before", () => {
  const drain = withDeadline(beginDrain(2, 100, 0), 300, 50);
  expect(drainStep(drain, 1, 349).kind).toBe("wait");
  expect(drainStep(drain, 1, 350).kind).toBe("cut");
});

test("whatever ends and whatever is cut, both together are what was in flight at the begin", () => {
  fc.assert(
    fc.property(
      fc.nat(1_000),
      fc.nat(10_000),
      fc.array(fc.record({ afterMs: fc.nat(5_000), ended: fc.nat(300) }), { maxLength: 20 }),
      (inFlightAtBegin, deadlineMs, moments) => {
        let [drain, inFlight, now] = [
          beginDrain(inFlightAtBegin, deadlineMs, 0),
          inFlightAtBegin,
          0,
        ];
        let endedByThemselves = 0;
        for (const { afterMs, ended } of [...moments, { afterMs: 20_000, ended: 0 }]) {
          now += afterMs;
          const isCut = drainStep(drain, inFlight, now).kind === "cut";
          const gone = isCut ? inFlight : Math.min(ended, inFlight);
          drain = isCut ? afterCut(drain, gone) : drain;
          endedByThemselves += isCut ? 0 : gone;
          inFlight -= gone;
        }
        expect(drainStep(drain, inFlight, now)).toMatchObject({
          kind: "drained",
          end: { completed: endedByThemselves, cut: inFlightAtBegin - endedByThemselves },
        });
      },
    ),
  );
});
