import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Docker from "dockerode";
import { afterEach, expect, test } from "vitest";
import { Engine } from "../../../../chaos/environment/docker/engine.ts";
import { call, EngineError, NoAnswer } from "../../../../chaos/environment/docker/engine-call.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** An engine that answers like this. */
async function engineThat(answers: RequestListener): Promise<Docker> {
  server = createServer(answers).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return new Docker({ protocol: "http", host: "127.0.0.1", port });
}

test("an engine that does not answer is an error at the deadline, and its connection is closed", async () => {
  const closed = Promise.withResolvers<void>();
  const docker = await engineThat((request) => request.socket.once("close", closed.resolve));
  const begin = performance.now();
  const asking = call(
    "counting sheep",
    (abortSignal) => docker.listContainers({ abortSignal }),
    [],
    50,
  );
  const error: unknown = await asking.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NoAnswer);
  expect(String(error)).toContain("Docker: counting sheep took more than 50 ms.");
  expect(performance.now() - begin).toBeGreaterThanOrEqual(49);
  expect(performance.now() - begin).toBeLessThan(5_000);
  // An open one would keep the command from ending.
  await closed.promise;
});

test("what the engine refuses is told with its words; what there was not to do is done", async () => {
  const docker = await engineThat((_, response) => {
    response.writeHead(404, { "content-type": "application/json" });
    response.end('{"message":"No such container: abc"}');
  });
  const inspect = (abortSignal: AbortSignal): Promise<unknown> =>
    docker.getContainer("abc").inspect({ abortSignal });
  const error: unknown = await call("looking", inspect).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ status: 404 });
  expect(String(error)).toContain("No such container: abc");
  expect(await call("looking", inspect, [404])).toBeUndefined();
});

test("the end of a container is waited for no longer than asked, also when the connection breaks meanwhile", async () => {
  const waiting: RequestListener = (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
  };
  const silent = new Engine(await engineThat(waiting));
  expect(await silent.ended("abc", 50)).toBe(false);

  const broken = await engineThat((request, response) => {
    waiting(request, response);
    setTimeout(() => request.socket.destroy(), 10);
  });
  expect(await new Engine(broken).ended("abc", 200)).toBe(false);
});

test("the end of a container is told as soon as it comes", async () => {
  const docker = await engineThat((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    setTimeout(() => response.end('{"StatusCode":0}'), 20);
  });
  expect(await new Engine(docker).ended("abc", 10_000)).toBe(true);
});
