import { expect, test } from "vitest";
import { within } from "../../../chaos/environment/deadline.ts";

const never = new Promise<never>(() => undefined);
const late = (): Error => new Error("the tide did not turn");

test("what comes in time is passed on, and so is its error", async () => {
  expect(await within(Promise.resolve(7), 10_000, late)).toBe(7);
  await expect(within(Promise.reject(new Error("storm")), 10_000, late)).rejects.toThrow("storm");
});

test("what does not come is given up at the deadline, not before, and the error says what it was", async () => {
  const begin = performance.now();
  await expect(within(never, 50, late)).rejects.toThrow("the tide did not turn");
  const tookMs = performance.now() - begin;
  expect(tookMs).toBeGreaterThanOrEqual(49);
  expect(tookMs).toBeLessThan(5_000);
});

test("an error that comes after the deadline disturbs nobody", async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  await expect(within(promise, 1, late)).rejects.toThrow("the tide did not turn");
  reject(new Error("too late"));
  // An unhandled rejection would fail this file.
  await new Promise((resolve) => setImmediate(resolve));
});
