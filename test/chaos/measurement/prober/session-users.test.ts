import { describe, expect, test } from "vitest";
import { startBackend, startRedis } from "../../../scenarios/backend/programs.ts";
import { TestServer } from "./servers.ts";
import { elapsedMs, planFor, runPlan, StartedProber } from "./started-prober.ts";

const session = (users: number) => ({ kind: "session", users }) as const;

/** A response with a JSON body. */
function json(value: unknown, headers = ""): string {
  const body = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
}

const itemOf = (path: string): string => new URLSearchParams(path.split("?")[1]).get("item") ?? "";

describe("users with sessions", () => {
  test("find everything in their carts that a real store acknowledged, on every backend", async () => {
    await using redis = await startRedis();
    await using backend = await startBackend("--redis", `127.0.0.1:${redis.port}`);
    const plan = planFor(backend.port, {
      path: "/cart",
      traffic: session(3),
      maxDurationMs: 2_000,
    });
    const { records, quality } = await runPlan(plan);
    // 400 items of three users: every cart was full once.
    expect(records).toHaveLength(400);
    expect(quality.dropped).toBe(0);
    for (const record of records) {
      expect(record).toMatchObject({ class: "session", outcome: "ok" });
      expect([record.missing, record.lostSession]).toEqual([undefined, undefined]);
    }
    const perUser = [0, 1, 2].map((user) => records.filter((one) => one.user === user).length);
    for (const count of perUser) expect(count).toBeGreaterThan(80);
    // Each after 100 of its own.
    for (const user of [0, 1, 2]) {
      const own = records.filter((one) => one.user === user);
      const began = own.flatMap((one, index) => (one.began === true ? [index] : []));
      expect(began).toEqual(own.length > 100 ? [100] : []);
    }
    // The cart grows, and is not all there ever was.
    const longest = Math.max(...records.map(({ bytes }) => bytes));
    expect(longest).toBeGreaterThan(400);
    expect(longest).toBeLessThan(1_200);
  });

  test("see that a store lost their sessions, and with them what was acknowledged", async () => {
    const redis = await startRedis();
    await using backend = await startBackend("--redis", `127.0.0.1:${redis.port}`);
    using prober = new StartedProber();
    const plan = planFor(backend.port, {
      path: "/cart",
      traffic: session(1),
      ratePerSecond: 20,
      maxDurationMs: 60_000,
    });
    prober.write(plan);
    const succeeded = async (count: number): Promise<void> => {
      const successes = () => prober.records.filter(({ outcome }) => outcome === "ok").length;
      await expect.poll(successes, { timeout: 5_000 }).toBeGreaterThanOrEqual(count);
    };
    await succeeded(5);
    await redis[Symbol.asyncDispose]();
    await using _again = await startRedis(redis.port);
    await succeeded(prober.records.length + 2);
    prober.write({ command: "stop" });
    await prober.exited;
    const { records } = prober;
    const lost = records.filter(({ lostSession }) => lostSession === true);
    expect(lost).toHaveLength(1);
    const before = records.filter(
      ({ seq, outcome }) => outcome === "ok" && seq < (lost[0]?.seq ?? 0),
    );
    // Everything that was acknowledged until then, told once.
    expect(lost[0]?.missing).toBe(before.length);
    expect(records.filter(({ missing }) => missing !== undefined)).toEqual(lost);
  });

  test("send their own cookies, and add one item a request", async () => {
    await using server = await TestServer.listening((socket, path) => {
      const request = server.requests.at(-1) ?? "";
      const known = /\r\nCookie: s=(\d+); lb=x\r\n/.exec(request)?.[1];
      const id = known ?? String(server.requests.length);
      const cookies = `Set-Cookie: s=${id}; Path=/\r\nSet-Cookie: lb=x\r\n`;
      socket.end(json({ session: id, items: [itemOf(path)] }, cookies));
    });
    const plan = planFor(server.port, { path: "/cart?a=b", traffic: session(2), seed: 3 });
    const { records } = await runPlan(plan);
    const [first = ""] = server.requests;
    expect(first).toContain("POST /cart?a=b&item=0 HTTP/1.1\r\n");
    expect(first).toContain("\r\nContent-Length: 0\r\n");
    expect(first).not.toContain("Cookie:");
    // Two began without; all others had both cookies.
    const without = server.requests.filter((request) => !request.includes("Cookie:"));
    expect(without).toHaveLength(2);
    expect(records.every(({ outcome }) => outcome === "ok")).toBe(true);
    // Each response shows the newest item alone: the one before is missing, once.
    expect(records.filter(({ missing }) => missing === 1).length).toBe(records.length - 2);
    expect(records.some(({ missing = 0 }) => missing > 1)).toBe(false);
  });

  test.each([
    ["no JSON", () => json("x").replace('"x"', "[[[")],
    ["no cart", () => json({ session: "s" })],
    ["another's cart", (item: string) => json({ session: "s", items: [item, "4711"] })],
    ["items that are no names", () => json({ session: "s", items: [1] })],
  ])("take %s for a corrupt response", async (_, answer) => {
    await using server = await TestServer.listening((socket, path) => {
      socket.end(answer(itemOf(path)));
    });
    const plan = planFor(server.port, { path: "/cart", traffic: session(2), maxDurationMs: 20 });
    const { records } = await runPlan(plan);
    expect(records.map(({ outcome }) => outcome)).toEqual(records.map(() => "corrupt"));
    expect(records).toHaveLength(4);
  });

  test("have one request at a time each; who comes when all have waits", async () => {
    let open = 0;
    let most = 0;
    await using server = await TestServer.listening((socket, path) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        socket.end(json({ session: "s", items: [itemOf(path)] }));
      }, 30);
    });
    const plan = planFor(server.port, {
      path: "/cart",
      traffic: session(2),
      ratePerSecond: 200,
      maxDurationMs: 40,
    });
    const { records } = await runPlan(plan);
    expect(most).toBe(2);
    expect(records).toHaveLength(8);
    expect(records.every(({ outcome }) => outcome === "ok")).toBe(true);
    // Four rounds of 30 ms.
    const last = Math.max(
      ...records.map(({ intendedNs, completedNs }) => elapsedMs(intendedNs, completedNs)),
    );
    expect(last).toBeGreaterThanOrEqual(4 * 30 - 40);
    expect(last).toBeLessThan(1_500);
  });

  test("are drawn by the seed", async () => {
    await using server = await TestServer.listening((socket, path) => {
      socket.end(json({ session: "s", items: [itemOf(path)] }));
    });
    const usersOf = async (seed: number) => {
      const plan = planFor(server.port, {
        path: "/cart",
        traffic: session(1_000),
        seed,
        maxDurationMs: 100,
      });
      return (await runPlan(plan)).records.map(({ user }) => user);
    };
    const drawn = await usersOf(1);
    expect(new Set(drawn).size).toBeGreaterThan(10);
    expect(await usersOf(1)).toEqual(drawn);
    expect(await usersOf(2)).not.toEqual(drawn);
  });
});
