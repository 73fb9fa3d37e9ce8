import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { reset } from "../../../balancer/proxy/reset.ts";

async function pair() {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const near = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [far] = (await once(server, "connection")) as [Socket];
  if (near.connecting) await once(near, "connect");
  const seen: string[] = [];
  far.on("error", (error: NodeJS.ErrnoException) => seen.push(error.code ?? ""));
  far.on("end", () => seen.push("end"));
  far.resume();
  return {
    near,
    far,
    seen,
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

describe("a reset", () => {
  test("is an error for the peer", async () => {
    await using line = await pair();
    reset(line.near);
    await once(line.far, "close").catch(() => {});
    expect(line.seen).toEqual(["ECONNRESET"]);
  });

  test.each([0, 1, 2, 3])(
    "of a socket that is sending its FIN closes it all the same, %i ticks after its end",
    async (ticks) => {
      await using line = await pair();
      line.near.on("error", () => line.seen.push("error of ours"));
      line.near.end();
      for (let i = 0; i < ticks; i += 1) await new Promise<void>((done) => process.nextTick(done));
      const closed = once(line.near, "close");
      reset(line.near);
      await closed;
      line.far.end();
      await once(line.far, "close");
      expect(line.seen).toEqual(["end"]);
    },
  );

  test("of a socket that could not write everything before its FIN is an error for the peer", async () => {
    await using line = await pair();
    line.far.pause();
    line.near.end(Buffer.alloc(32 * 1024 * 1024));
    const closed = once(line.near, "close");
    setImmediate(() => reset(line.near));
    await closed;
    line.far.resume();
    await once(line.far, "close").catch(() => {});
    expect(line.seen).toEqual(["ECONNRESET"]);
  });
});
