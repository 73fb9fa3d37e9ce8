import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../../../chaos/simulation/event-queue.ts";

/** What a test knows of an event: when it happens, and in which order it was added. */
interface Known {
  readonly atMs: number;
  readonly event: number;
}

/** Adds (a time) and removals (null), as a simulation mixes them. */
const steps = fc.array(fc.option(fc.nat({ max: 20 }), { nil: null }), { maxLength: 3_000 });

test("events come out by time, and in the order in which they were added when the times are equal", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new EventQueue();
      let waiting: Known[] = [];
      all.forEach((atMs, event) => {
        if (atMs !== null) {
          queue.add(atMs, event);
          waiting.push({ atMs, event });
          return;
        }
        if (waiting.length === 0) return;
        const next = waiting.reduce((best, one) => (one.atMs < best.atMs ? one : best));
        expect(queue.nextAtMs).toBe(next.atMs);
        expect(queue.take()).toBe(next.event);
        waiting = waiting.filter((one) => one !== next);
      });
      expect(queue.length).toBe(waiting.length);
      const rest = waiting.toSorted((a, b) => a.atMs - b.atMs || a.event - b.event);
      expect(rest.map(() => queue.take())).toEqual(rest.map(({ event }) => event));
    }),
    { numRuns: 200 },
  );
});

test("it grows beyond its first capacity and keeps the order", () => {
  const queue = new EventQueue();
  const count = 5_000;
  for (let event = 0; event < count; event += 1) queue.add((event * 7919) % count, event);
  const times = Array.from({ length: count }, () => {
    const { nextAtMs } = queue;
    queue.take();
    return nextAtMs;
  });
  expect(times).toEqual(Array.from({ length: count }, (_, index) => index));
});

test("an empty queue has no next event, and taking one is refused", () => {
  const queue = new EventQueue();
  expect(queue.nextAtMs).toBe(Number.POSITIVE_INFINITY);
  expect(() => queue.take()).toThrow(/No event is left/);
});
