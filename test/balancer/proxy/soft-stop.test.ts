import { describe, expect, test } from "vitest";
import { eventually, listen, OK, RawBackend, RawClient, wholeRequests } from "./harness.ts";

const LEAVING = OK.replace("\r\n\r\n", "\r\nX-Evenkeel-Leaving: 1\r\n\r\n");
const request = (path: string, ...fields: string[]) =>
  `GET ${path} HTTP/1.1\r\nHost: h\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`;

/** A listener before two backends, both in service; the first one says that it leaves. */
async function setup(healthCheck: { type: "tcp" } | undefined) {
  const stack = new AsyncDisposableStack();
  /** The answer to `/slow` waits until it is let go. */
  let letGo = (): void => {};
  const leaver = stack.use(
    await RawBackend.start((socket, received) => {
      if (wholeRequests(received) === 0) return;
      if (received.startsWith("GET /slow")) letGo = () => void socket.write(OK);
      else socket.write(LEAVING);
    }),
  );
  const other = stack.use(await RawBackend.start((socket) => void socket.write(OK)));
  const pool = healthCheck === undefined ? {} : { healthCheck };
  const door = stack.use(
    await listen({ ports: [leaver.port, other.port], pool, timeouts: { upstreamIdle: "1h" } }),
  );
  for (const backend of door.pool.backends) backend.health = "healthy";
  return {
    ...{ leaver, other, door },
    letGo: () => letGo(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** One request on a connection of its own; the whole response. */
async function ask(port: number, text: string): Promise<string> {
  using client = await RawClient.open(port);
  client.send(text);
  return await client.until((received) => received.endsWith("ok"));
}

describe("a backend that says on a response that it leaves", () => {
  test("gets nothing new from then on, and finishes what it has", async () => {
    await using at = await setup({ type: "tcp" });
    const { port } = at.door.listener;
    using slow = await RawClient.open(port);
    slow.send(request("/slow"));
    await eventually(() => at.leaver.all.includes("/slow"));
    await ask(port, request("/1"));
    expect(at.door.backend(0).pickable).toBe(true);
    await ask(port, request("/2"));
    expect(at.door.backend(0).pickable).toBe(false);
    for (const path of ["/3", "/4", "/5", "/6"]) await ask(port, request(path));
    expect(at.leaver.all.match(/GET \S+/g)).toEqual(["GET /slow", "GET /2"]);
    expect(at.other.all.match(/GET \S+/g)).toHaveLength(5);
    expect(at.door.backend(0).inFlight).toBe(1);
    at.letGo();
    expect(await slow.until((received) => received.endsWith("ok"))).toContain("200 OK");
    expect(at.door.backend(0).health).toBe("healthy");
  });

  test("tells it to the balancer alone, and its connection is not kept", async () => {
    await using at = await setup({ type: "tcp" });
    const responses = [
      await ask(at.door.listener.port, request("/1")),
      await ask(at.door.listener.port, request("/2")),
    ];
    expect(at.leaver.all).toContain("GET /1");
    expect(responses.join("").toLowerCase()).not.toContain("leaving");
    await eventually(() => at.leaver.sockets[0]?.destroyed === true);
  });

  test("stays where no check could ever end that", async () => {
    await using at = await setup(undefined);
    for (const path of ["/1", "/2", "/3", "/4"]) await ask(at.door.listener.port, request(path));
    expect(at.leaver.all.match(/GET \S+/g)).toHaveLength(2);
  });
});

test("a client cannot make a backend that echoes its request leave", async () => {
  await using at = await setup({ type: "tcp" });
  await ask(at.door.listener.port, request("/1", "x-evenkeel-leaving: 1"));
  await ask(at.door.listener.port, request("/2", "X-Evenkeel-Leaving: 1"));
  expect(at.leaver.all).toContain("GET /");
  expect(at.other.all).toContain("GET /");
  expect(`${at.leaver.all}${at.other.all}`.toLowerCase()).not.toContain("leaving");
});
