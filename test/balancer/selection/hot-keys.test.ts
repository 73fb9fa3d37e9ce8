import fc from "fast-check";
import { expect, test } from "vitest";
import { HotKeys, type HotKey } from "../../../balancer/selection/hot-keys.ts";

/** Counts keys one a millisecond, and closes the window. */
function found(keys: readonly string[], share: number): { hot: HotKey[]; hottest: HotKey | null } {
  const hot: HotKey[] = [];
  const counter = new HotKeys({ share, windowMs: keys.length }, (one) => hot.push(one));
  keys.forEach((key, now) => counter.count(key, now));
  counter.count("next", keys.length);
  return { hot, hottest: counter.hottest };
}

test("a key with more than the bound is told with its share, once a window", () => {
  const keys = Array.from({ length: 1_000 }, (_, index) => (index % 5 < 2 ? "hot" : `k${index}`));
  const { hot, hottest } = found(keys, 0.25);
  expect(hot.map(({ key }) => key)).toEqual(["hot"]);
  expect(hot[0]?.share).toBeGreaterThan(0.4 - 0.25 / 8 - 0.001);
  expect(hot[0]?.share).toBeLessThanOrEqual(0.4);
  expect(hottest?.requests).toBe(1_000);
});

test("nothing is told while every key has its fair share", () => {
  const keys = Array.from({ length: 1_000 }, (_, index) => `k${index % 50}`);
  expect(found(keys, 0.25).hot).toEqual([]);
});

test("a window of a few requests says nothing", () => {
  expect(
    found(
      Array.from({ length: 99 }, () => "only"),
      0.25,
    ),
  ).toEqual({ hot: [], hottest: null });
});

test("the next window begins with nothing", () => {
  const hot: HotKey[] = [];
  const counter = new HotKeys({ share: 0.5, windowMs: 1_000 }, (one) => hot.push(one));
  for (let now = 0; now < 1_000; now++) counter.count("a", now);
  for (let now = 1_000; now <= 2_000; now++) counter.count(`k${now}`, now);
  expect(hot.map(({ key }) => key)).toEqual(["a"]);
  expect(counter.hottest?.key).not.toBe("a");
});

test("whatever the keys, who has an eighth more than the bound is told, and who has less is not", () => {
  const scenario = fc.record({
    share: fc.constantFrom(0.05, 0.1, 0.25, 0.5),
    keys: fc.array(fc.nat({ max: 30 }), { minLength: 100, maxLength: 600 }),
  });
  fc.assert(
    fc.property(scenario, ({ share, keys }) => {
      const names = keys.map((key) => `k${Math.floor(key ** 2 / 40)}`);
      const told = found(names, share).hot.map(({ key }) => key);
      for (const name of new Set(names)) {
        const actual = names.filter((one) => one === name).length / names.length;
        if (actual > share * 1.125 + 0.001) expect(told).toContain(name);
        if (actual <= share) expect(told).not.toContain(name);
      }
    }),
  );
});
