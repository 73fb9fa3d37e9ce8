import { describe, expect, test } from "vitest";
import { answering, eventually, listen, RawBackend, RawClient } from "./harness.ts";

const GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

/** What a client gets when a backend answers with these bytes and, if asked to, then hangs up. */
async function relayed(response: string, options: { close?: boolean; request?: string } = {}) {
  await using backend = await RawBackend.start((socket, received) => {
    answering(response)(socket, received);
    if (options.close === true) socket.end();
  });
  await using door = await listen({ ports: [backend.port] });
  using client = await RawClient.open(door.listener.port);
  client.send(options.request ?? GET);
  client.socket.end();
  const received = await client.untilOver();
  await eventually(() => door.listener.counters.active === 0);
  const { inFlight, failed } = door.backend(0);
  return { received, over: client.over, inFlight, failed, sockets: backend.sockets };
}

const head = (...lines: string[]) =>
  `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;

describe("a response that cannot be trusted becomes 502, and its connection is destroyed", () => {
  test.each([
    ["differing Content-Lengths", `${head("Content-Length: 1", "Content-Length: 2")}xx`],
    ["equal Content-Lengths", `${head("Content-Length: 2", "Content-Length: 2")}xx`],
    ["a bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"],
    ["a fold", head("X: 1", " 2", "Content-Length: 0")],
    ["a NUL", head("X: \0", "Content-Length: 0")],
    ["101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
    ["status 99", "HTTP/1.1 99 X\r\n\r\n"],
    ["status 20x", "HTTP/1.1 20x X\r\n\r\n"],
    ["nine interim responses", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9)],
    ["a head above the limit", head(...Array.from({ length: 4 }, () => `X: ${"v".repeat(8000)}`))],
    ["a header line above the limit", head(`X: ${"v".repeat(9000)}`)],
    ["a malformed first chunk", `${head("Transfer-Encoding: chunked")}5x\r\nhello\r\n0\r\n\r\n`],
    ["no HTTP at all", "220 smtp.example ESMTP\r\n\r\n"],
  ])("%s", async (_name, response) => {
    const { received, inFlight, failed, sockets } = await relayed(response);
    const final = received.slice(received.lastIndexOf("HTTP/1.1 "));
    expect(final).toContain("HTTP/1.1 502 Bad Gateway\r\n");
    expect(final).toContain("\r\nx-evenkeel-reason: bad-response\r\n");
    expect(inFlight).toBe(0);
    expect(failed).toBe(1);
    await eventually(() => sockets.every((socket) => socket.destroyed || socket.readableEnded));
  });

  test("a connection that closes without a byte", async () => {
    const { received, failed } = await relayed("", { close: true });
    expect(received).toContain("HTTP/1.1 502 ");
    expect(received).toContain("\r\nx-evenkeel-reason: upstream-closed\r\n");
    expect(failed).toBe(1);
  });

  test("a head that breaks off", async () => {
    const { received } = await relayed("HTTP/1.1 200 OK\r\nContent-", { close: true });
    expect(received).toContain("HTTP/1.1 502 ");
    expect(received).toContain("\r\nx-evenkeel-reason: response-truncated\r\n");
  });
});

describe("a response that breaks off after its head is an error for the client, never a clean end", () => {
  test.each([
    ["a Content-Length body", `${head("Content-Length: 10")}12345`, GET],
    [
      "a chunked body without its last chunk",
      `${head("Transfer-Encoding: chunked")}5\r\nhello\r\n`,
      GET,
    ],
    [
      "a chunked body, towards HTTP/1.0",
      `${head("Transfer-Encoding: chunked")}5\r\nhello\r\n`,
      "GET /x HTTP/1.0\r\n\r\n",
    ],
    ["a chunk inside", `${head("Transfer-Encoding: chunked")}5\r\nhe`, GET],
  ])("%s", async (_name, response, request) => {
    const { received, over, inFlight } = await relayed(response, { close: true, request });
    expect(over).toBe("error");
    expect(received).not.toContain("502");
    expect(received.endsWith("0\r\n\r\n")).toBe(false);
    expect(inFlight).toBe(0);
  });

  test("a malformed later chunk", async () => {
    const { over, received } = await relayed(
      `${head("Transfer-Encoding: chunked")}5\r\nhello\r\n`.concat(
        "1770\r\n",
        "x".repeat(6000),
        "bad",
      ),
    );
    expect(over).toBe("error");
    expect(received.endsWith("0\r\n\r\n")).toBe(false);
  });
});

/** Sends two requests one after the other; how many connections the backend saw, and the second answer. */
async function twice(first: string, request = GET) {
  const answers = [first, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"];
  await using backend = await RawBackend.start((socket) => {
    const answer = answers.shift();
    if (answer !== undefined) socket.write(answer, "latin1");
  });
  await using door = await listen({ ports: [backend.port] });
  using client = await RawClient.open(door.listener.port);
  client.send(request);
  await client.until((text) => text.includes("\r\n\r\n"));
  await eventually(() => door.backend(0).inFlight === 0);
  client.send(GET);
  await client.until((text) => text.endsWith("second"));
  return { received: client.received, connections: backend.sockets.length };
}

describe("a connection serves again", () => {
  test("only after a response that ended cleanly", async () => {
    expect((await twice("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")).connections).toBe(1);
  });

  test.each([
    [
      "not after extra bytes",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    ],
    [
      "not after a length beside chunks",
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n",
    ],
    ["not after a body on 204", "HTTP/1.1 204 No Content\r\n\r\nevil"],
    ["not after a body on 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nevil"],
    [
      "not after Connection: close",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1",
    ],
  ])("%s", async (_name, first) => {
    const { received, connections } = await twice(first);
    expect(connections).toBe(2);
    expect(received).not.toContain("evil");
    expect(received.endsWith("second")).toBe(true);
  });

  test("not after a body on HEAD", async () => {
    const { received, connections } = await twice(
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
      GET.replace("GET", "HEAD"),
    );
    expect(connections).toBe(2);
    expect(received).toContain("Content-Length: 4\r\n");
    expect(received).not.toContain("evil");
  });
});

test("bytes that come on an idle connection are never an answer: the connection is destroyed", async () => {
  const answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
  await using backend = await RawBackend.start((socket) => socket.write(answer));
  await using door = await listen({ ports: [backend.port] });
  using client = await RawClient.open(door.listener.port);
  client.send(GET);
  await client.until((text) => text.endsWith("\r\n\r\n1"));
  const first = backend.sockets[0];
  first?.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  await eventually(() => first?.readableEnded === true || first?.destroyed === true);
  client.send(GET);
  await client.until((text) => text.split("\r\n\r\n1").length === 3);
  expect(client.received).not.toContain("evil");
  expect(backend.sockets).toHaveLength(2);
});
