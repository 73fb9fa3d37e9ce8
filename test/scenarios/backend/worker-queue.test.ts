import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QueueFull, serve, WorkerQueue } from "../../../scenarios/backend/worker-queue.ts";

/** A piece of work that ends when it is told to. */
function piece() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, finish: resolve };
}

describe("the worker queue", () => {
  test("starts no more work than it has workers, in the order of arrival, for any number of both", async () => {
    const numbers = fc.record({
      workers: fc.integer({ min: 1, max: 8 }),
      jobs: fc.nat({ max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(numbers, async ({ workers, jobs }) => {
        const queue = new WorkerQueue(workers, jobs);
        const started: number[] = [];
        const pieces = Array.from({ length: jobs }, piece);
        const runs = pieces.map(({ work }, index) =>
          queue.run(() => {
            started.push(index);
            return work();
          }),
        );
        for (const [index, { finish }] of pieces.entries()) {
          await Promise.resolve();
          expect(started.length).toBeLessThanOrEqual(index + workers);
          finish();
          await runs[index];
        }
        expect(started).toEqual(pieces.map((_, index) => index));
      }),
    );
  });

  test("refuses at once what finds neither a worker nor a place", async () => {
    const queue = new WorkerQueue(1, 2);
    const pieces = Array.from({ length: 3 }, piece);
    const runs = pieces.map(({ work }) => queue.run(work));
    await expect(queue.run(() => Promise.resolve())).rejects.toThrow(QueueFull);
    expect(queue.waiting).toBe(2);
    for (const { finish } of pieces) finish();
    await Promise.all(runs);
    await expect(queue.run(() => Promise.resolve("served"))).resolves.toMatchObject({
      value: "served",
    });
  });

  test("with no places at all still serves as many as it has workers", async () => {
    const queue = new WorkerQueue(1, 0);
    await expect(queue.run(() => Promise.resolve(1))).resolves.toMatchObject({ value: 1 });
    await expect(queue.run(() => Promise.resolve(2))).resolves.toMatchObject({ value: 2 });
  });

  test("frees the worker of work that fails", async () => {
    const queue = new WorkerQueue(1, 0);
    const failing = queue.run(() => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    await expect(queue.run(() => Promise.resolve("next"))).resolves.toMatchObject({
      value: "next",
    });
  });

  test.each([0, 0.4, 1, 7.3, 20])("never serves in less than the %d ms asked", async (ms) => {
    for (let i = 0; i < 10; i += 1) {
      const began = performance.now();
      await serve(ms);
      const took = performance.now() - began;
      expect(took).toBeGreaterThanOrEqual(ms);
      expect(took).toBeLessThan(ms + 100);
    }
  });
});
