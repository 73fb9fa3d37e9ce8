import { describe, expect, test } from "vitest";
import { ask, startBackend, startRedis, until, type Program, type Reply } from "./programs.ts";

const add = (backend: Program, item: string, cookie = "") =>
  ask(backend, `/cart?item=${item}`, {
    method: "POST",
    headers: cookie === "" ? {} : { cookie },
  });
const cookieOf = (reply: Reply): string => reply.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";

describe("a cart", () => {
  test("has every item that was added, in order, on whichever backend", async () => {
    await using redis = await startRedis();
    const flags = ["--redis", `127.0.0.1:${redis.port}`, "--session-ttl", "60"];
    await using one = await startBackend(...flags);
    await using other = await startBackend(...flags);
    const first = await add(one, "a");
    expect(first.status).toBe(200);
    expect(first.headers["set-cookie"]?.[0]).toMatch(
      /^evenkeel-session=[0-9a-f-]{36}; Path=\/; HttpOnly; Max-Age=60$/,
    );
    const cookie = cookieOf(first);
    expect(cookie).toBe(`evenkeel-session=${String(first.body["session"])}`);
    const second = await add(other, "b", cookie);
    expect(second.body).toMatchObject({ session: first.body["session"], items: ["a", "b"] });
    const read = await ask(one, "/cart", { headers: { cookie } });
    expect(read.body).toMatchObject({ session: first.body["session"], items: ["a", "b"] });
  });

  test("is another's for everybody without its cookie", async () => {
    await using redis = await startRedis();
    await using backend = await startBackend("--redis", `127.0.0.1:${redis.port}`);
    const mine = await add(backend, "a");
    const theirs = await add(backend, "b");
    expect(theirs.body["items"]).toEqual(["b"]);
    expect(theirs.body["session"]).not.toBe(mine.body["session"]);
    expect((await ask(backend, "/cart")).body["items"]).toEqual([]);
  });

  test("that the store has lost begins as a new session, and one that only counted does not", async () => {
    await using redis = await startRedis();
    const flags = ["--redis", `127.0.0.1:${redis.port}`];
    await using backend = await startBackend(...flags);
    const unknown = `evenkeel-session=${"0".repeat(36)}`;
    const lost = await add(backend, "a", unknown);
    expect(lost.body["items"]).toEqual(["a"]);
    expect(cookieOf(lost)).not.toBe(unknown);
    const counted = cookieOf(await ask(backend, "/session", { method: "POST" }));
    const kept = await add(backend, "b", counted);
    expect(kept.body["items"]).toEqual(["b"]);
    expect(cookieOf(kept)).toBe(counted);
  });

  test("is gone once its time is over", async () => {
    await using redis = await startRedis();
    await using backend = await startBackend(
      "--redis",
      `127.0.0.1:${redis.port}`,
      "--session-ttl",
      "1",
    );
    const cookie = cookieOf(await add(backend, "a"));
    const items = async () =>
      (await ask(backend, "/cart", { headers: { cookie } })).body["items"] as unknown[];
    expect(await items()).toEqual(["a"]);
    await until(async () => (await items()).length === 0);
  });

  test("says why it has nothing to say", async () => {
    await using redis = await startRedis();
    await using backend = await startBackend("--redis", `127.0.0.1:${redis.port}`);
    expect((await add(backend, "")).status).toBe(400);
    expect((await add(backend, "a%20b")).status).toBe(400);
    expect((await ask(backend, "/cart", { method: "DELETE" })).status).toBe(405);
    await redis[Symbol.asyncDispose]();
    const without = await add(backend, "a");
    expect([without.status, without.body["error"]]).toEqual([503, "store-unavailable"]);
    await using none = await startBackend();
    expect((await add(none, "a")).status).toBe(501);
  });
});
