import { expect, test } from "vitest";
import { TryAccount } from "../../../balancer/proxy/try-account.ts";
import type { Backend } from "../../../balancer/upstream/backend.ts";
import type { Pool } from "../../../balancer/upstream/pool.ts";

const [A, B] = ["a", "b"].map((id) => ({ id }) as Backend) as [Backend, Backend];

/** A pool that writes down what it is told. */
function poolOf(): { readonly pool: Pool; readonly told: unknown[][] } {
  const told: unknown[][] = [];
  const tell =
    (what: string) =>
    ({ id }: Backend, ...rest: unknown[]): void => {
      told.push([what, id, ...rest]);
    };
  const pool = {
    started: tell("started"),
    observed: tell("observed"),
    judged: tell("judged"),
    ended: tell("ended"),
  };
  // Nothing else is asked of it.
  return { pool: pool as unknown as Pool, told };
}

test("a try that is answered is told from its begin to its end, the time since it was asked with it", () => {
  const { pool, told } = poolOf();
  const account = new TryAccount();
  account.begin(pool, A, 100);
  account.asked(130);
  account.observe("answered", 150);
  account.judge("answered");
  account.end(160);
  expect(told).toEqual([
    ["started", "a", 100],
    ["observed", "a", "answered", 20, 150],
    ["judged", "a", "answered", 20, 100],
    ["ended", "a", 160],
  ]);
});

test("a try is judged once, and ended once, however often that is asked for", () => {
  const { pool, told } = poolOf();
  const account = new TryAccount();
  account.begin(pool, A, 1);
  account.judge("broken");
  account.judge("answered");
  account.end(2);
  account.end(3);
  expect(told.slice(1)).toEqual([
    ["judged", "a", "broken", 0, 1],
    ["ended", "a", 2],
  ]);
});

test("an answer that breaks off is observed again, as a failure", () => {
  const { pool, told } = poolOf();
  const account = new TryAccount();
  account.begin(pool, A, 1);
  expect(account.observed).toBe(false);
  account.observe("answered", 2);
  expect(account.observed).toBe(true);
  account.observe("failed", 5);
  expect(told.slice(1)).toEqual([
    ["observed", "a", "answered", 1, 2],
    ["observed", "a", "failed", 4, 5],
  ]);
});

test("between two tries nobody is told anything", () => {
  const { pool, told } = poolOf();
  const account = new TryAccount();
  account.observe("abandoned", 1);
  account.judge("answered");
  account.begin(pool, A, 2);
  account.end(3);
  expect(account.backend).toBeNull();
  account.observe("abandoned", 4);
  account.judge("answered");
  expect(told).toEqual([
    ["started", "a", 2],
    ["ended", "a", 3],
  ]);
});

test("the next try begins with a clean account, maybe of another pool", () => {
  const [first, second] = [poolOf(), poolOf()];
  const account = new TryAccount();
  account.begin(first.pool, A, 1);
  account.asked(5);
  account.observe("failed", 6);
  account.judge("broken");
  account.end(7);
  account.begin(second.pool, B, 8);
  expect([account.backend, account.observed]).toEqual([B, false]);
  account.observe("answered", 10);
  account.judge("answered");
  expect(second.told).toEqual([
    ["started", "b", 8],
    ["observed", "b", "answered", 2, 10],
    ["judged", "b", "answered", 2, 8],
  ]);
});
