import { afterEach, describe, expect, test } from "vitest";
import { Backend } from "../../../balancer/upstream/backend.ts";
import { ConnectionPool } from "../../../balancer/upstream/connection-pool.ts";
import type {
  UpstreamConnection,
  UpstreamUser,
} from "../../../balancer/upstream/upstream-connection.ts";
import { eventually, RawBackend } from "../proxy/harness.ts";

const LIMITS = { startLineBytes: 100, lineBytes: 100, sectionBytes: 1000, count: 10 };
const cleanUp = new AsyncDisposableStack();
afterEach(() => {
  now = 0;
});

let now = 0;

async function setup(idlePerBackend = 10) {
  const raw = cleanUp.use(await RawBackend.start(() => {}));
  const backend = new Backend(
    { id: "b", address: "127.0.0.1", port: raw.port, weight: 1 },
    "healthy",
    () => {},
  );
  const pool = new ConnectionPool({
    idlePerBackend,
    idleMs: 1_000,
    limits: LIMITS,
    now: () => now,
  });
  let connected = 0;
  const user: UpstreamUser = {
    upstreamConnected: () => {
      connected += 1;
    },
    upstreamData: () => {},
    upstreamDrained: () => {},
    upstreamEnded: () => {},
    upstreamClosed: () => {},
  };
  const open = async (count: number): Promise<UpstreamConnection[]> => {
    const before = connected;
    const connections = Array.from({ length: count }, () => pool.connect(backend, user));
    await eventually(() => connected === before + count && raw.sockets.length >= count);
    return connections;
  };
  return { raw, backend, pool, user, open };
}

describe("a connection pool", () => {
  test("gives the connection that became idle last", async () => {
    const { pool, backend, user, open } = await setup();
    const connections = await open(3);
    for (const connection of connections) pool.put(connection);
    expect(pool.take(backend, user)).toBe(connections[2]);
    expect(pool.take(backend, user)).toBe(connections[1]);
    expect(pool.idleCount(backend)).toBe(1);
    expect(connections.map((connection) => connection.reused)).toEqual([false, true, true]);
  });

  test("keeps no more idle connections than allowed", async () => {
    const { pool, backend, open } = await setup(2);
    const connections = await open(3);
    for (const connection of connections) pool.put(connection);
    expect(pool.idleCount(backend)).toBe(2);
    expect(connections[2]?.socket.destroyed).toBe(true);
  });

  test("lets connections go once they were idle for too long, the oldest first", async () => {
    const { pool, backend, open } = await setup();
    const [first, second] = await open(2);
    if (first === undefined || second === undefined) throw new Error("No connection.");
    pool.put(first);
    now = 500;
    pool.put(second);
    pool.expire(999);
    expect(pool.idleCount(backend)).toBe(2);
    pool.expire(1_000);
    expect([first.socket.destroyed, second.socket.destroyed]).toEqual([true, false]);
    pool.expire(1_500);
    expect(pool.idleCount(backend)).toBe(0);
  });

  test.each([
    ["closes", (raw: RawBackend) => raw.sockets[0]?.end()],
    ["resets", (raw: RawBackend) => raw.sockets[0]?.resetAndDestroy()],
    ["speaks without being asked", (raw: RawBackend) => raw.sockets[0]?.write("x")],
  ])("drops an idle connection whose backend %s", async (_what, act) => {
    const { pool, backend, user, raw, open } = await setup();
    const [connection] = await open(1);
    if (connection === undefined) throw new Error("No connection.");
    pool.put(connection);
    act(raw);
    await eventually(() => pool.idleCount(backend) === 0);
    expect(connection.socket.destroyed).toBe(true);
    expect(pool.take(backend, user)).toBeUndefined();
  });

  test("keeps nothing once it is closed", async () => {
    const { pool, backend, open } = await setup();
    const [idle, used] = await open(2);
    if (idle === undefined || used === undefined) throw new Error("No connection.");
    pool.put(idle);
    pool.close();
    pool.put(used);
    expect(pool.idleCount(backend)).toBe(0);
    expect([idle.socket.destroyed, used.socket.destroyed]).toEqual([true, true]);
    expect(pool.inUse).toBe(0);
  });
});

test("what the tests opened is closed", async () => {
  await cleanUp.disposeAsync();
});
