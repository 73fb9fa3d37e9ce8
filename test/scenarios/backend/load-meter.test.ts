import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LoadMeter, type LoadInWindow } from "../../../scenarios/backend/load-meter.ts";

describe("the load of work", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function metered() {
    const told: LoadInWindow[] = [];
    let queuedMost = 0;
    const meter = new LoadMeter(
      () => queuedMost,
      (load) => told.push(load),
    );
    return { meter, told, queued: (most: number) => (queuedMost = most) };
  }

  test("is told for every window of 100 ms in which something was open, and for no other", () => {
    const { meter, told, queued } = metered();
    meter.begun();
    meter.begun();
    meter.ended();
    queued(3);
    vi.advanceTimersByTime(99);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([{ requests: 2, openMost: 2, queuedMost: 3 }]);
    queued(0);
    // Nothing new has come, and one is open still.
    vi.advanceTimersByTime(100);
    expect(told.at(-1)).toEqual({ requests: 0, openMost: 1, queuedMost: 0 });
    meter.ended();
    vi.advanceTimersByTime(100);
    expect(told.at(-1)).toEqual({ requests: 0, openMost: 1, queuedMost: 0 });
    expect(told).toHaveLength(3);
    vi.advanceTimersByTime(1_000);
    expect(told).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("counts a request that came and went between two looks", () => {
    const { meter, told } = metered();
    for (let round = 0; round < 2; round += 1) {
      meter.begun();
      meter.ended();
      vi.advanceTimersByTime(100);
    }
    expect(told).toEqual([
      { requests: 1, openMost: 1, queuedMost: 0 },
      { requests: 1, openMost: 1, queuedMost: 0 },
    ]);
  });

  test("is told of the window under way when the application ends", () => {
    const { meter, told } = metered();
    meter.begun();
    meter.close();
    expect(told).toEqual([{ requests: 1, openMost: 1, queuedMost: 0 }]);
    expect(vi.getTimerCount()).toBe(0);
    meter.close();
    expect(told).toHaveLength(1);
  });
});
