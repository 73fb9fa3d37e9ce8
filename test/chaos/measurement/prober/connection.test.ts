import { describe, expect, test } from "vitest";
import { Connection, type Ending } from "../../../../chaos/measurement/prober/connection.ts";
import { HttpResponse } from "../../../../chaos/measurement/prober/http-response.ts";
import { response, TestServer } from "./servers.ts";

const REQUEST = "GET / HTTP/1.1\r\n\r\n";

/** One request, and how it ends. */
function asking() {
  const { promise: ended, resolve } = Promise.withResolvers<Ending>();
  const read = new HttpResponse();
  return { asked: { text: REQUEST, response: read, onEnd: resolve }, read, ended };
}

function connectTo(server: TestServer, keep: boolean) {
  const first = asking();
  const to = { place: 0, address: "127.0.0.1", port: server.port };
  return { ...first, connection: new Connection(to, keep, first.asked) };
}

describe("a connection that is kept", () => {
  test("carries one request after another", async () => {
    await using server = await TestServer.listening((socket) => socket.write(response(200)));
    const { connection, ended } = connectTo(server, true);
    expect([connection.isConnecting, connection.isIdle]).toEqual([true, false]);
    expect(await ended).toBe("complete");
    expect(connection.isIdle).toBe(true);
    const second = asking();
    connection.ask(second.asked);
    expect(connection.isIdle).toBe(false);
    expect(await second.ended).toBe("complete");
    expect(second.read.status).toBe(200);
    expect([server.connections, server.requests.length]).toEqual([1, 2]);
    connection.close();
  });

  test.each([
    ["what was not asked for", (server: TestServer) => server.say(response(200))],
    ["a FIN", (server: TestServer) => server.cut("fin")],
    ["an RST", (server: TestServer) => server.cut("rst")],
  ])("carries no more after %s", async (_, happens) => {
    await using server = await TestServer.listening((socket) => socket.write(response(200)));
    const { connection, ended } = connectTo(server, true);
    await ended;
    happens(server);
    await expect.poll(() => connection.isIdle).toBe(false);
  });

  test("carries no more when the response said so", async () => {
    await using server = await TestServer.listening((socket) =>
      socket.write(response(200, { connection: "close" })),
    );
    const { connection, ended } = connectTo(server, true);
    expect(await ended).toBe("complete");
    expect(connection.isIdle).toBe(false);
  });
});

describe("a request on a connection", () => {
  test("that is given up is a timeout, once", async () => {
    await using server = await TestServer.listening(() => {});
    const { connection, ended } = connectTo(server, true);
    await expect.poll(() => server.requests.length).toBe(1);
    connection.giveUp();
    connection.giveUp();
    expect(await ended).toBe("timeout");
    expect(connection.isIdle).toBe(false);
  });

  test("hears nothing of a connection that was closed from here", async () => {
    await using server = await TestServer.listening(() => {});
    const { connection, ended } = connectTo(server, true);
    await expect.poll(() => server.requests.length).toBe(1);
    connection.close();
    const heard = await Promise.race([
      ended,
      new Promise((resolve) => setTimeout(() => resolve("nothing"), 50)),
    ]);
    expect(heard).toBe("nothing");
  });

  test("on one that is not kept resets it after the response", async () => {
    await using server = await TestServer.listening((socket) => socket.write(response(200)));
    const { connection, ended } = connectTo(server, false);
    expect(await ended).toBe("complete");
    expect(connection.isIdle).toBe(false);
    await expect.poll(() => server.errors).toEqual(["ECONNRESET"]);
  });
});
