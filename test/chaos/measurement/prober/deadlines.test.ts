import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Deadlines } from "../../../../chaos/measurement/prober/deadlines.ts";

describe("deadlines", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "hrtime"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function deadlines(limitMs: number) {
    const open = new Set<string>();
    const expired: { readonly item: string; readonly atMs: number }[] = [];
    const startNs = process.hrtime.bigint();
    const atMs = () => Number(process.hrtime.bigint() - startNs) / 1e6;
    const queue = new Deadlines<string>(limitMs, {
      now: () => process.hrtime.bigint(),
      isOpen: (item) => open.has(item),
      onExpired: (item) => {
        open.delete(item);
        expired.push({ item, atMs: atMs() });
      },
    });
    const add = (item: string) => {
      open.add(item);
      queue.add(item, process.hrtime.bigint());
    };
    return { open, expired, queue, add };
  }

  test("each item expires its limit after its own start, within 1 ms", async () => {
    const { expired, add } = deadlines(50);
    for (const item of ["a", "b", "c"]) {
      add(item);
      await vi.advanceTimersByTimeAsync(5);
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(expired.map(({ item }) => item)).toEqual(["a", "b", "c"]);
    for (const [index, { atMs }] of expired.entries()) {
      expect(atMs).toBeGreaterThanOrEqual(50 + index * 5);
      expect(atMs).toBeLessThanOrEqual(51 + index * 5);
    }
  });

  test("items that are done do not expire", async () => {
    const { open, expired, add } = deadlines(50);
    add("a");
    add("b");
    open.delete("a");
    await vi.advanceTimersByTimeAsync(100);
    expect(expired.map(({ item }) => item)).toEqual(["b"]);
  });

  test("thousands of items that come and go leave no timers behind", async () => {
    const { open, expired, add } = deadlines(20);
    for (let index = 0; index < 3_000; index += 1) {
      add(String(index));
      if (index % 100 !== 0) open.delete(String(index));
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(expired.map(({ item }) => Number(item) % 100)).toEqual(
      Array.from({ length: 30 }, () => 0),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  test("clearing forgets everything", async () => {
    const { expired, queue, add } = deadlines(20);
    add("a");
    queue.clear();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(100);
    expect(expired).toEqual([]);
  });
});
