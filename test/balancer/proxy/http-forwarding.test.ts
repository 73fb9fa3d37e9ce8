import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { answering, eventually, listen, OK, RawBackend, RawClient, stalled } from "./harness.ts";

const GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

/** One connection through a listener in front of one scripted backend. */
async function through(
  script: (socket: Socket, received: string, index: number) => void,
  setup: Omit<Parameters<typeof listen>[0], "ports"> = {},
) {
  const backend = await RawBackend.start(script);
  const door = await listen({ ...setup, ports: [backend.port] });
  const client = await RawClient.open(door.listener.port);
  return {
    backend,
    door,
    client,
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]();
      await door[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe("a response", () => {
  test("names the balancer, and passes the backend's own header", async () => {
    await using t = await through(
      answering(
        "HTTP/1.1 200 Fine\r\nx-evenkeel-node: b-1\r\nx-evenkeel-balancer: spoofed\r\nConnection: X-Gone\r\nX-Gone: 1\r\nKeep-Alive: timeout=5\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 2\r\n\r\nok",
      ),
    );
    t.client.send(GET);
    const received = await t.client.until((text) => text.endsWith("ok"));
    expect(received).toBe(
      "HTTP/1.1 200 Fine\r\nx-evenkeel-node: b-1\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nx-evenkeel-balancer: lb-a\r\nContent-Length: 2\r\n\r\nok",
    );
  });

  test("delimited by close is chunked towards HTTP/1.1, and the connection stays", async () => {
    await using t = await through((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nuntil the end"));
    for (const round of [2, 3]) {
      t.client.send(GET);
      const received = await t.client.until((text) => text.split("\r\n0\r\n\r\n").length === round);
      expect(received).toContain(
        "\r\nTransfer-Encoding: chunked\r\n\r\nd\r\nuntil the end\r\n0\r\n\r\n",
      );
    }
  });

  test("delimited by chunks or close is delimited by close towards HTTP/1.0", async () => {
    await using t = await through(
      answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX: 1\r\n\r\n",
      ),
    );
    t.client.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const received = await t.client.untilOver();
    expect(t.client.over).toBe("end");
    expect(received).toMatch(/\r\nConnection: close\r\n\r\nhello$/);
    expect(received).not.toContain("Transfer-Encoding");
  });

  test("with a length keeps an HTTP/1.0 connection that asked for it", async () => {
    await using t = await through(answering(OK));
    for (const round of [2, 3]) {
      t.client.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      const received = await t.client.until((text) => text.split("ok").length === round);
      expect(received).toContain("\r\nConnection: keep-alive\r\n");
    }
  });

  test("of any size arrives unchanged, whatever the chunks", async () => {
    const part = "0123456789abcdef".repeat(1000);
    const sizes = [1, 4096, 4097, 16_000, 3];
    const body = sizes.map((size) => part.slice(0, size));
    await using t = await through(
      answering(
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join("")}0\r\n\r\n`,
      ),
    );
    t.client.send(GET);
    const received = await t.client.until((text) => text.endsWith("\r\n0\r\n\r\n"));
    expect(dechunk(received.slice(received.indexOf("\r\n\r\n") + 4))).toBe(body.join(""));
  });
});

function dechunk(text: string): string {
  let out = "";
  for (let at = 0; ;) {
    const line = text.indexOf("\r\n", at);
    const size = Number.parseInt(text.slice(at, line), 16);
    if (size === 0) return out;
    out += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}

describe("requests", () => {
  test("in one segment are answered in order, one at a time upstream", async () => {
    let open = 0;
    let most = 0;
    await using t = await through((socket, received) => {
      const path = received.slice(received.lastIndexOf("GET /") + 5).charAt(0);
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n<${path}`);
      });
    });
    t.client.send(["1", "2", "3"].map((n) => GET.replace("/x", `/${n}`)).join(""));
    const received = await t.client.until((text) => text.endsWith("<3"));
    expect(most).toBe(1);
    expect([...received.matchAll(/<(\d)/g)].map((match) => match[1])).toEqual(["1", "2", "3"]);
    expect(t.backend.sockets).toHaveLength(1);
  });

  test("with a body leave the next request at the right offset, whatever the method", async () => {
    await using t = await through(answering(OK));
    t.client.send(
      `GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${GET.length}\r\n\r\n${GET}${GET.replace("/x", "/y")}`,
    );
    await t.client.until((text) => text.split("\r\n\r\nok").length === 3);
    expect(t.client.received.split("HTTP/1.1 200")).toHaveLength(3);
    expect(t.backend.all).toContain(`Content-Length: ${GET.length}\r\n\r\n${GET}`);
    expect(t.backend.all).toContain("GET /y HTTP/1.1");
  });

  test("in great number in one segment need no stack and no memory when no backend is there", async () => {
    await using t = await through(() => {});
    t.door.backend(0).administrative = "disabled";
    const count = 5_000;
    t.client.send(GET.repeat(count));
    const received = await t.client.until((text) => text.split("HTTP/1.1 503").length > count);
    expect(received.split("x-evenkeel-reason: no-healthy-backend")).toHaveLength(count + 1);
    expect(t.backend.all).toBe("");
  });

  test("with chunks are chunked anew, without extensions and trailers", async () => {
    await using t = await through(answering(OK));
    t.client.send(
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n05;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: 1\r\n\r\n",
    );
    await t.client.until((text) => text.endsWith("ok"));
    expect(t.backend.all.slice(t.backend.all.indexOf("\r\n\r\n") + 4)).toBe(
      "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
    );
  });

  test("to switch protocols are served as plain HTTP/1.1", async () => {
    await using t = await through(answering(OK));
    t.client.send(
      "GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n",
    );
    await t.client.until((text) => text.endsWith("ok"));
    expect(t.backend.all.toLowerCase()).not.toContain("upgrade");
    expect(t.backend.all.toLowerCase()).not.toContain("http2-settings");
  });

  test("with Max-Forwards 0 are answered by the balancer", async () => {
    await using t = await through(answering(OK));
    t.client.send("OPTIONS /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
    const received = await t.client.until((text) => text.includes("\r\n\r\n"));
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Allow: /s);
    expect(t.backend.all).toBe("");
  });

  test("whose client ends its side still get their answer", async () => {
    await using t = await through(answering(OK));
    t.client.send(GET);
    t.client.socket.end();
    expect(await t.client.untilOver()).toMatch(/ok$/);
    expect(t.client.over).toBe("end");
  });

  test("in one segment are all answered when the client ends its side right behind them", async () => {
    await using t = await through(answering(OK));
    t.client.socket.end(GET.repeat(4), "latin1");
    const received = await t.client.untilOver();
    expect(t.client.over).toBe("end");
    expect(received.split("HTTP/1.1 200 OK\r\n")).toHaveLength(5);
  });

  test("of which the last is cut off by the client's end: the whole ones are answered, the rest is 400", async () => {
    await using t = await through(answering(OK));
    t.client.socket.end(`${GET}${GET}GET /half HTTP/1.1\r\nHo`, "latin1");
    const received = await t.client.untilOver();
    expect(received.split("HTTP/1.1 200 OK\r\n")).toHaveLength(3);
    expect(received).toContain("x-evenkeel-reason: incomplete\r\n");
    expect(t.backend.all).not.toContain("/half");
  });
});

describe("Expect: 100-continue", () => {
  const EXPECTING =
    "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

  test("is forwarded, and the backend's 100 relayed", async () => {
    const answer = answering(OK);
    await using t = await through((socket, received) => {
      const waits = received.endsWith("\r\n\r\n") && !received.includes("GET");
      if (waits) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      else answer(socket, received);
    });
    t.client.send(EXPECTING);
    await t.client.until((text) => text === "HTTP/1.1 100 Continue\r\n\r\n");
    expect(t.backend.all).toContain("\r\nExpect: 100-continue\r\n");
    t.client.send("hello");
    await t.client.until((text) => text.endsWith("ok"));
    t.client.send(GET);
    await t.client.until((text) => text.split("\r\n\r\nok").length === 3);
    expect(t.backend.sockets).toHaveLength(1);
  });

  test("with a final status before the body closes both connections, and the body is no request", async () => {
    await using t = await through((socket) =>
      socket.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
    );
    t.client.send(EXPECTING);
    await t.client.until((text) => text.includes("\r\n\r\n"));
    t.client.send(GET);
    const received = await t.client.untilOver();
    expect(received).toMatch(/^HTTP\/1\.1 401 .*\r\nConnection: close\r\n/s);
    expect(received.split("HTTP/1.1 ")).toHaveLength(2);
    await eventually(() =>
      t.backend.sockets.every((socket) => socket.readableEnded || socket.destroyed),
    );
    expect(t.backend.sockets).toHaveLength(1);
  });

  test("of an HTTP/1.0 client is ignored", async () => {
    await using t = await through(answering(OK));
    t.client.send("PUT /x HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi");
    expect(await t.client.untilOver()).toMatch(/ok$/);
    expect(t.backend.all).not.toContain("Expect");
  });
});

test("other interim responses pass to HTTP/1.1 clients, an unasked 100 does not", async () => {
  await using t = await through(
    answering(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`),
  );
  t.client.send(GET);
  const received = await t.client.until((text) => text.endsWith("ok"));
  expect(received).toMatch(
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
  );
});

test("an answer before the upload ended is relayed; then both connections close", async () => {
  await using t = await through((socket) =>
    socket.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"),
  );
  t.client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nbegin");
  const received = await t.client.untilOver();
  expect(received).toMatch(/^HTTP\/1\.1 413 .*\r\nConnection: close\r\n/s);
  await eventually(() => t.door.listener.counters.active === 0);
  expect(t.door.backend(0).inFlight).toBe(0);
});

test("a client that leaves frees its backend", async () => {
  await using t = await through(() => {});
  t.client.send(GET);
  await eventually(() => t.door.backend(0).inFlight === 1 && t.backend.all !== "");
  t.client.socket.resetAndDestroy();
  await eventually(() => t.door.backend(0).inFlight === 0);
  await eventually(() =>
    t.backend.sockets.every((socket) => socket.readableEnded || socket.destroyed),
  );
  expect(t.door.backend(0).failed).toBe(0);
});

test("a large body arrives unchanged at a client that reads late, beside other traffic", async () => {
  const body = Buffer.alloc(24 * 1024 * 1024);
  for (let i = 0; i < body.length; i += 4) body.writeUInt32LE(i, i);
  let started = 0;
  await using t = await through((socket) => {
    started += 1;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
  });
  using other = await RawClient.open(t.door.listener.port);
  const chunks: Buffer[] = [];
  t.client.socket.removeAllListeners("data");
  t.client.socket.pause();
  t.client.send(GET);
  await eventually(() => started === 1);
  // Meanwhile the second connection reads another answer through the same balancer.
  other.send(GET);
  await other.until((text) => text.length > body.length);
  t.client.socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  t.client.socket.resume();
  await eventually(() => chunks.reduce((sum, chunk) => sum + chunk.length, 0) > body.length);
  const received = Buffer.concat(chunks);
  expect(received.subarray(received.length - body.length).equals(body)).toBe(true);
});

describe("memory stays bounded", () => {
  test("when a client does not read: the backend is paused", async () => {
    const total = 64 * 1024 * 1024;
    const piece = Buffer.alloc(64 * 1024, 0x78);
    let written = 0;
    let finished = false;
    await using t = await through((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
      const more = () => {
        while (written < total) {
          written += piece.length;
          if (!socket.write(piece)) {
            socket.once("drain", more);
            return;
          }
        }
        finished = true;
      };
      more();
    });
    t.client.socket.pause();
    t.client.send(GET);
    await stalled(() => written);
    expect(finished).toBe(false);
    expect(written).toBeLessThan(total / 2);
    let received = 0;
    t.client.socket.removeAllListeners("data");
    t.client.socket.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    t.client.socket.resume();
    await eventually(() => received > total);
    expect(finished).toBe(true);
  });

  test("when a backend does not read: the client is paused", async () => {
    await using t = await through((socket) => socket.pause());
    const total = 64 * 1024 * 1024;
    const piece = Buffer.alloc(64 * 1024, 0x78);
    t.client.send(`POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${total}\r\n\r\n`);
    let written = 0;
    const more = () => {
      while (written < total) {
        written += piece.length;
        if (!t.client.socket.write(piece)) {
          t.client.socket.once("drain", more);
          return;
        }
      }
    };
    more();
    await stalled(() => written);
    expect(written).toBeLessThan(total / 2);
  });
});
