import { createServer, connect, type Socket } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { RequestRelay } from "../../../balancer/proxy/request-relay.ts";

/** Both ends of a connection, and what the far end received. */
async function wire() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const near = connect({
    port: typeof address === "object" && address !== null ? address.port : 0,
    host: "127.0.0.1",
  });
  const [far] = (await once(server, "connection")) as [Socket];
  let received = "";
  far.on("data", (chunk) => (received += chunk.toString("latin1")));
  let writes = 0;
  const write = near.write.bind(near) as (...of: unknown[]) => boolean;
  near.write = (...of: unknown[]) => {
    writes += 1;
    return write(...of);
  };
  return {
    near,
    writes: () => writes,
    /** Everything that was received, once the near end has closed its side. */
    async whole() {
      near.end();
      await once(far, "end");
      return received;
    },
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

test("a head goes out at once when there is no body", async () => {
  await using line = await wire();
  new RequestRelay(line.near, "HEAD", false).end();
  expect(line.writes()).toBe(1);
  expect(await line.whole()).toBe("HEAD");
});

test("ten thousand chunks of one byte go out in one write", async () => {
  await using line = await wire();
  const relay = new RequestRelay(line.near, "HEAD", true);
  for (let i = 0; i < 10_000; i += 1) relay.data(Buffer.from("x"));
  relay.end();
  expect(line.writes()).toBe(1);
  expect(relay.bodyBegun).toBe(true);
  expect(await line.whole()).toBe(`HEAD${"1\r\nx\r\n".repeat(10_000)}0\r\n\r\n`);
});

test("large and small pieces keep their order, and obs-text its bytes", async () => {
  await using line = await wire();
  const relay = new RequestRelay(line.near, "HEAD", true);
  const large = Buffer.alloc(5_000, "\u00ff", "latin1");
  for (const piece of [Buffer.from([0x80]), large, Buffer.from("b"), large]) relay.data(piece);
  relay.flush();
  relay.data(Buffer.from("c"));
  relay.end();
  const text = large.toString("latin1");
  expect(await line.whole()).toBe(
    `HEAD1\r\n\u0080\r\n1388\r\n${text}\r\n1\r\nb\r\n1388\r\n${text}\r\n1\r\nc\r\n0\r\n\r\n`,
  );
});

test("a body with a length is passed on as it is", async () => {
  await using line = await wire();
  const relay = new RequestRelay(line.near, "HEAD", false);
  expect(relay.bodyBegun).toBe(false);
  relay.data(Buffer.from("body"));
  relay.end();
  expect(await line.whole()).toBe("HEADbody");
});
