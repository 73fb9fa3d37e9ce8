import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../../../balancer/config.ts";
import type { CheckResult } from "../../../balancer/health/check-result.ts";
import { PoolChecker } from "../../../balancer/health/checker.ts";
import { createPolicy } from "../../../balancer/selection/create-policy.ts";
import type { EventSink } from "../../../balancer/telemetry/event.ts";
import { Pool } from "../../../balancer/upstream/pool.ts";

interface Told {
  readonly at: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const checkers: PoolChecker[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  for (const checker of checkers.splice(0)) checker.stop();
  vi.useRealTimers();
});

const address = "127.0.0.1";

function poolOf(backends: readonly object[], check: object) {
  const config = parseConfig({
    listeners: [{ id: "l", protocol: "http", port: 1, pool: "p" }],
    pools: [{ id: "p", backends, healthCheck: { type: "tcp", jitter: 0, ...check } }],
  }).pools[0];
  if (config?.healthCheck === undefined) throw new Error("The pool has no check.");
  return { ...config, healthCheck: config.healthCheck };
}

/** A checker of `count` backends; `answer` says how a check ends and how long it takes. */
function setUp(
  count: number,
  check: object,
  answer: (backend: string, at: number) => { result: CheckResult; tookMs: number },
) {
  const backends = Array.from({ length: count }, (_, index) => ({
    id: `b${index}`,
    address,
    port: 1_000 + index,
  }));
  const config = poolOf(backends, check);
  const zero = performance.now();
  const told: Told[] = [];
  const emit: EventSink = (type, data) => told.push({ at: performance.now() - zero, type, data });
  const pool = new Pool(config, createPolicy("round-robin"), {
    now: () => 0,
    random: () => 0,
    emit,
  });
  const checker = new PoolChecker(pool, config.healthCheck, {
    emit,
    now: () => performance.now() - zero,
    random: () => 0.5,
    check: (target) => {
      const { result, tookMs } = answer(`b${target.port - 1_000}`, performance.now() - zero);
      return new Promise((resolve) => setTimeout(() => resolve(result), tookMs));
    },
  });
  checkers.push(checker);
  const update = (ports: Readonly<Record<string, number>>, changed: object = check) => {
    const members = Object.entries(ports).map(([id, port]) => ({ id, address, port }));
    const next = poolOf(members, changed);
    pool.become(pool.planned(next));
    return checker.update(next.healthCheck);
  };
  const times = (type: string, backend: string) =>
    told.filter((one) => one.type === type && one.data["backend"] === backend).map((one) => one.at);
  const clock = () => performance.now() - zero;
  return { pool, checker, told, times, update, clock };
}

const passing = () => ({ result: "pass" as const, tookMs: 10 });

describe("a backend that has never passed", () => {
  const slowBoot = (readyAt: number) => (_: string, at: number) => ({
    result: at < readyAt ? ("refused" as const) : ("pass" as const),
    tookMs: 1,
  });

  test("is in service as soon as it answers, not an interval later", async () => {
    const { checker, pool, times } = setUp(1, { interval: "10s", timeout: "1s" }, slowBoot(320));
    void checker.start();
    await vi.advanceTimersByTimeAsync(319);
    expect(pool.backends[0]?.health).toBe("pending");
    await vi.advanceTimersByTimeAsync(60);
    expect(pool.backends[0]?.health).toBe("healthy");
    expect(times("backend.healthy", "b0")).toHaveLength(1);
  });

  test("is not found unhealthy by the tries between its checks", async () => {
    const check = { interval: "1s", timeout: "500ms", fall: 3 };
    const { checker, pool, times } = setUp(1, check, slowBoot(Infinity));
    void checker.start();
    await vi.advanceTimersByTimeAsync(1_900);
    expect(times("check.end", "b0")).toHaveLength(2);
    expect(pool.backends[0]?.health).toBe("pending");
    await vi.advanceTimersByTimeAsync(200);
    expect(pool.backends[0]?.health).toBe("unhealthy");
  });

  test("is left alone between its checks once it is unhealthy, and after the end", async () => {
    let tries = 0;
    const check = { interval: "1s", timeout: "500ms", fall: 1 };
    const { checker } = setUp(1, check, () => {
      tries += 1;
      return { result: "refused", tookMs: 1 };
    });
    void checker.start();
    await vi.advanceTimersByTimeAsync(900);
    expect(tries).toBe(1);
    checker.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(tries).toBe(1);
  });
});

describe("the rhythm", () => {
  test("everybody is checked at once at the start, then spread over the interval, begin to begin", async () => {
    const { checker, times } = setUp(4, { interval: "1s", timeout: "500ms" }, passing);
    void checker.start();
    await vi.advanceTimersByTimeAsync(3_100);
    expect(times("check.begin", "b0")).toEqual([0, 250, 1_250, 2_250]);
    expect(times("check.begin", "b3")).toEqual([0, 1_000, 2_000, 3_000]);
  });

  test("a check that outlasts the next one's time delays it and never overlaps it", async () => {
    const { checker, times } = setUp(4, { interval: "1s", timeout: "1s" }, () => ({
      result: "timeout",
      tookMs: 1_000,
    }));
    void checker.start();
    // A timer that is overdue fires after a millisecond.
    await vi.advanceTimersByTimeAsync(2_500);
    expect(times("check.begin", "b0")).toEqual([0, 1_001, 2_002]);
    expect(times("check.end", "b0")).toEqual([1_000, 2_001]);
  });

  test("the start is over when the slowest first check is", async () => {
    const { checker, pool } = setUp(2, { interval: "1s", timeout: "500ms" }, (backend) => ({
      result: "pass",
      tookMs: backend === "b0" ? 10 : 400,
    }));
    let over = false;
    void checker.start().then(() => (over = true));
    await vi.advanceTimersByTimeAsync(399);
    expect([over, pool.available]).toEqual([false, true]);
    await vi.advanceTimersByTimeAsync(1);
    expect(over).toBe(true);
  });

  test("nothing is checked or told after the stop", async () => {
    const { checker, told } = setUp(2, { interval: "1s", timeout: "500ms" }, passing);
    void checker.start();
    await vi.advanceTimersByTimeAsync(2_005);
    checker.stop();
    const count = told.length;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told.length).toBe(count);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("backends become healthy, unhealthy and healthy again, and each change is told once", async () => {
  const { checker, pool, told } = setUp(
    2,
    { interval: "1s", timeout: "500ms", rise: 2, fall: 3 },
    (backend, at) => ({
      result: backend === "b1" && at > 2_500 && at < 6_500 ? "refused" : "pass",
      tookMs: 1,
    }),
  );
  expect(pool.available).toBe(false);
  void checker.start();
  await vi.advanceTimersByTimeAsync(12_000);
  const flips = told
    .filter((one) => one.type.startsWith("backend."))
    .map((one) => [
      one.at,
      one.type,
      one.data["backend"],
      one.data["reason"],
      one.data["consecutive"],
    ]);
  expect(flips).toEqual([
    [1, "backend.healthy", "b0", "pass", 1],
    [1, "backend.healthy", "b1", "pass", 1],
    [5_001, "backend.unhealthy", "b1", "refused", 3],
    [8_001, "backend.healthy", "b1", "pass", 2],
  ]);
  expect(checker.lastCheck("b1")).toMatchObject({ result: "pass", consecutive: 5 });
});

test("the end of a check tells its result, its time and how many of its kind there were", async () => {
  const { checker, told } = setUp(1, { interval: "1s", timeout: "500ms" }, passing);
  void checker.start();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(told.filter((one) => one.type === "check.end").map((one) => one.data)).toEqual([
    { pool: "p", backend: "b0", result: "pass", durationMs: 10, consecutive: 1 },
    { pool: "p", backend: "b0", result: "pass", durationMs: 10, consecutive: 2 },
  ]);
});

test("a pool whose shared dependency fails is held, released by a pass, and loses nobody", async () => {
  const { checker, pool, told } = setUp(
    3,
    { interval: "1s", timeout: "500ms", fall: 1 },
    (_, at) => ({ result: at > 3_000 && at < 9_000 ? "status" : "pass", tookMs: 5 }),
  );
  void checker.start();
  await vi.advanceTimersByTimeAsync(8_000);
  expect(checker.held).toBe(true);
  expect(pool.backends.map((backend) => backend.health)).toEqual(["healthy", "healthy", "healthy"]);
  await vi.advanceTimersByTimeAsync(8_000);
  expect(checker.held).toBe(false);
  const about = told.filter((one) => /^pool\.|unhealthy/.test(one.type));
  expect(about.map((one) => one.type)).toEqual(["pool.held", "pool.released"]);
  expect(about[0]?.data).toEqual({ pool: "p", backends: ["b0", "b1", "b2"], forMs: 60_000 });
  expect(about[1]?.data).toMatchObject({ pool: "p", because: "passed" });
});

test("the hold of a pool that stays ill ends by itself, between two checks", async () => {
  const { checker, pool, told } = setUp(
    3,
    { interval: "20s", timeout: "1s", fall: 1 },
    (_, at) => ({ result: at > 21_000 ? "timeout" : "pass", tookMs: 1_000 }),
  );
  void checker.start();
  await vi.advanceTimersByTimeAsync(140_000);
  const held = told.find((one) => one.type === "pool.held")?.at ?? 0;
  const released = told.find((one) => one.type === "pool.released");
  expect(released?.at).toBe(held + 60_000);
  expect(released?.data["because"]).toBe("expired");
  expect(pool.available).toBe(false);
});

describe("intervals by state", () => {
  const timers = { interval: "1s", fastInterval: "200ms", downInterval: "3s", timeout: "100ms" };

  test("fast between two states, slow while down, the usual one while well", async () => {
    const { checker, times } = setUp(1, { ...timers, rise: 2, fall: 3 }, (_, at) => ({
      result: at > 1_500 && at < 6_000 ? "refused" : "pass",
      tookMs: 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(times("check.begin", "b0")).toEqual([
      0, 1_000, 2_000, 2_200, 2_400, 5_400, 8_400, 8_600, 9_600, 10_600,
    ]);
    expect(times("backend.unhealthy", "b0")).toEqual([2_401]);
    expect(times("backend.healthy", "b0")).toEqual([1, 8_601]);
  });

  test("a single failure is looked into fast and then forgotten", async () => {
    const { checker, times } = setUp(1, timers, (_, at) => ({
      result: at === 1_000 ? "timeout" : "pass",
      tookMs: at === 1_000 ? 100 : 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(times("check.begin", "b0")).toEqual([0, 1_000, 1_200, 2_200, 3_200]);
    expect(times("backend.unhealthy", "b0")).toEqual([]);
  });

  test("a check that waits longer than the fast interval is followed at once", async () => {
    const { checker, times } = setUp(1, { ...timers, timeout: "500ms" }, (_, at) => ({
      result: at >= 1_000 ? "timeout" : "pass",
      tookMs: at >= 1_000 ? 500 : 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(times("check.begin", "b0")).toEqual([0, 1_000, 1_501, 2_002]);
  });

  test("one that has never passed is given its usual interval to become ready", async () => {
    const { checker, times } = setUp(1, timers, () => ({ result: "refused", tookMs: 1 }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(2_500);
    expect(times("check.begin", "b0")).toEqual([0, 1_000, 2_000]);
  });

  test("a dependency that all share is not judged before the slowest of the others was asked", async () => {
    const { checker, pool, told } = setUp(3, { ...timers, fall: 2 }, (_, at) => ({
      result: at > 1_350 ? "timeout" : "pass",
      tookMs: at > 1_350 ? 100 : 1,
    }));
    void checker.start();
    // b1 fails twice before b2 and b0 are looked at again.
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told.filter(({ type }) => type === "backend.unhealthy")).toEqual([]);
    expect(checker.held).toBe(true);
    expect(pool.available).toBe(true);
  });

  test("the last one that is well is held at once, although the others are asked but once an hour", async () => {
    const { checker, pool } = setUp(
      3,
      { ...timers, downInterval: "1h", fall: 2 },
      (backend, at) => ({
        result: at > (backend === "b2" ? 20_000 : 5_000) ? "timeout" : "pass",
        tookMs: at > 5_000 ? 100 : 1,
      }),
    );
    void checker.start();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(pool.backends.map((backend) => backend.health)).toEqual([
      "unhealthy",
      "unhealthy",
      "healthy",
    ]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(checker.held).toBe(true);
    expect(pool.backends[2]?.health).toBe("healthy");
  });
});

describe("a backend that says it leaves", () => {
  const timers = { interval: "1s", timeout: "100ms", rise: 2, fall: 3 };

  test("by a check: gets no new work, stays healthy, and stays after a check that passes", async () => {
    const { checker, pool, told } = setUp(2, timers, (backend, at) => ({
      result: backend === "b1" && at > 1_500 && at < 4_500 ? "leaving" : "pass",
      tookMs: 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(4_400);
    const leaver = pool.backends[1];
    expect([leaver?.health, leaver?.leaving, leaver?.pickable]).toEqual(["healthy", true, false]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([leaver?.leaving, leaver?.pickable]).toEqual([false, true]);
    const about = told.filter(({ type }) => /^backend\.(leaving|stayed|unhealthy)/.test(type));
    expect(about).toEqual([
      {
        at: 2_001,
        type: "backend.leaving",
        data: { pool: "p", backend: "b1", by: "check", inFlight: 0 },
      },
      { at: 5_001, type: "backend.stayed", data: { pool: "p", backend: "b1", forMs: 3_000 } },
    ]);
  });

  test("by a header: at once, until a check passes that began after it", async () => {
    const { checker, pool, clock } = setUp(1, timers, (_, at) => ({
      result: "pass",
      tookMs: at >= 1_000 ? 100 : 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(1_050);
    const [leaver] = pool.backends;
    if (leaver !== undefined) pool.leaves(leaver, clock());
    expect(leaver?.pickable).toBe(false);
    await vi.advanceTimersByTimeAsync(500);
    expect(leaver?.pickable).toBe(false);
    await vi.advanceTimersByTimeAsync(600);
    expect(leaver?.pickable).toBe(true);
  });

  test("and then fails like one that is gone is found unhealthy, and takes new work when it is back", async () => {
    const answers = (at: number): CheckResult =>
      at < 1_500 ? "leaving" : at < 5_500 ? "refused" : "pass";
    const { checker, pool, times } = setUp(1, timers, (_, at) => ({
      result: answers(at),
      tookMs: 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(5_400);
    expect(pool.backends[0]?.health).toBe("unhealthy");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(pool.backends[0]?.pickable).toBe(true);
    expect(times("backend.stayed", "b0")).toEqual([6_001]);
    expect(times("backend.healthy", "b0").at(-1)).toBe(7_001);
  });
});

describe("another membership", () => {
  const second = { interval: "1s", timeout: "500ms" };

  test("newcomers are checked at once, and awaited; the others keep their times", async () => {
    const { checker, update, times, pool } = setUp(2, second, passing);
    void checker.start();
    await vi.advanceTimersByTimeAsync(1_700);
    let over = false;
    void update({ b0: 1_000, b1: 1_001, b2: 1_002 }).then(() => (over = true));
    expect([over, pool.backends.map((backend) => backend.health)]).toEqual([
      false,
      ["healthy", "healthy", "pending"],
    ]);
    await vi.advanceTimersByTimeAsync(10);
    expect([over, pool.backends[2]?.health]).toEqual([true, "healthy"]);
    await vi.advanceTimersByTimeAsync(1_290);
    expect(times("check.begin", "b0")).toEqual([0, 500, 1_500, 2_500]);
    expect(times("check.begin", "b1")).toEqual([0, 1_000, 2_000, 3_000]);
    // In the gap between the two others.
    expect(times("check.begin", "b2")).toEqual([1_700, 1_750, 2_750]);
  });

  test("those that left are checked no more, and a check of theirs that is under way does not count", async () => {
    const { checker, update, told, pool } = setUp(2, second, (backend, at) => ({
      result: at > 900 ? "refused" : "pass",
      tookMs: backend === "b1" ? 300 : 10,
    }));
    void checker.start();
    const leaver = pool.backends[1];
    await vi.advanceTimersByTimeAsync(1_100);
    await update({ b0: 1_000 });
    await vi.advanceTimersByTimeAsync(10_000);
    const ends = told.filter(({ type, data }) => type === "check.end" && data["backend"] === "b1");
    expect(ends.map(({ at }) => at)).toEqual([300]);
    expect(leaver?.health).toBe("healthy");
    expect(checker.lastCheck("b1")).toBeUndefined();
  });

  test("one of the same name at another port is another one", async () => {
    const { checker, update, pool } = setUp(2, { ...second, fall: 1 }, (backend) => ({
      result: backend === "b1" ? "refused" : "pass",
      tookMs: 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(pool.backends.map((backend) => backend.health)).toEqual(["healthy", "unhealthy"]);
    const former = pool.backends[1];
    void update({ b0: 1_000, b1: 1_007 });
    expect(pool.backends.map((backend) => backend.health)).toEqual(["healthy", "pending"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(pool.backends.map((backend) => backend.health)).toEqual(["healthy", "healthy"]);
    expect(former?.health).toBe("unhealthy");
    expect(checker.lastCheck("b1")).toMatchObject({ consecutive: 1 });
  });

  test("a hold goes on for those that stay", async () => {
    const { checker, update } = setUp(4, { ...second, fall: 1 }, (_, at) => ({
      result: at > 900 ? "status" : "pass",
      tookMs: 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(checker.held).toBe(true);
    await update({ b0: 1_000, b1: 1_001, b2: 1_002 });
    expect(checker.held).toBe(true);
  });

  test("counters go on, and are judged by new thresholds", async () => {
    const { checker, update, pool } = setUp(1, { ...second, fall: 10 }, (_, at) => ({
      result: at > 900 ? "refused" : "pass",
      tookMs: 1,
    }));
    void checker.start();
    await vi.advanceTimersByTimeAsync(2_500);
    await update({ b0: 1_000 }, { ...second, fall: 3 });
    expect(checker.lastCheck("b0")).toMatchObject({ consecutive: 2 });
    expect(pool.backends[0]?.health).toBe("healthy");
    await vi.advanceTimersByTimeAsync(600);
    expect(pool.backends[0]?.health).toBe("unhealthy");
  });

  test("a shorter interval begins now, spread, and not after the end of a longer one", async () => {
    const long = { interval: "60s", timeout: "500ms" };
    const { checker, update, times } = setUp(4, long, passing);
    void checker.start();
    await vi.advanceTimersByTimeAsync(61_000);
    await update({ b0: 1_000, b1: 1_001, b2: 1_002, b3: 1_003 }, second);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(times("check.begin", "b0").slice(-2)).toEqual([61_250, 62_250]);
    expect(times("check.begin", "b2").slice(-2)).toEqual([61_750, 62_750]);
  });

  test("a longer interval begins after the check that was waited for", async () => {
    const { checker, update, times } = setUp(1, second, passing);
    void checker.start();
    await vi.advanceTimersByTimeAsync(2_500);
    await update({ b0: 1_000 }, { interval: "60s", timeout: "500ms" });
    await vi.advanceTimersByTimeAsync(130_000);
    expect(times("check.begin", "b0")).toEqual([0, 1_000, 2_000, 3_000, 63_000, 123_000]);
  });

  test("before the start, and after the stop, nothing is checked", async () => {
    const { checker, update, told } = setUp(1, second, passing);
    void update({ b0: 1_000, b1: 1_001 });
    expect(told).toEqual([]);
    void checker.start();
    await vi.advanceTimersByTimeAsync(50);
    expect(told.filter(({ type }) => type === "check.begin")).toHaveLength(2);
    checker.stop();
    void update({ b0: 1_000, b1: 1_001, b2: 1_002 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told.filter(({ type }) => type === "check.begin")).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});
