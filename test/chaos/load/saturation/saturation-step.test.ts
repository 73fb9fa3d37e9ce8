import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { REOPEN_MS, saturationStep } from "../../../../chaos/load/saturation/saturation-step.ts";

const SERVICE_MS = 50;
const answerLater: RequestListener = (_, response) =>
  void setTimeout(() => response.end("done"), SERVICE_MS);

async function serve(server: Server): Promise<Parameters<typeof saturationStep>[0]> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const place = { address: "127.0.0.1", port, path: "/", headers: {} };
  return { ...place, connections: 4, warmUpMs: 200, measureMs: 600 };
}

test("every connection has one request at a time, so many as there are", async () => {
  let [open, most] = [0, 0];
  const plan = await serve(
    createServer((request, response) => {
      most = Math.max(most, (open += 1));
      response.once("close", () => (open -= 1));
      answerLater(request, response);
    }),
  );
  const seen = await saturationStep(plan);
  expect(most).toBe(4);
  // At best 20 a second on each of the four.
  expect(seen.perSecond).toBeLessThan(81);
  expect(seen.perSecond).toBeGreaterThan(40);
  expect(seen).toMatchObject({ otherStatus: 0, timeouts: 0, reopened: 0 });
});

test("connections that are refused at the door come back at a pace, and the others are counted right", async () => {
  const server = createServer(answerLater);
  const guests = new Set<unknown>();
  let connects = 0;
  server.on("connection", (socket) => {
    connects += 1;
    if (guests.size >= 2) return socket.destroy();
    guests.add(socket);
    return socket.once("close", () => guests.delete(socket));
  });
  const plan = await serve(server);
  const seen = await saturationStep(plan);
  expect(seen.perSecond).toBeLessThan(41);
  expect(seen.perSecond).toBeGreaterThan(20);
  // Two of them, over 800 ms and up to 100 ms more.
  expect(connects - 4).toBeGreaterThanOrEqual(2);
  expect(connects - 4).toBeLessThanOrEqual(2 * Math.ceil(900 / REOPEN_MS) + 2);
  expect(seen.reopened).toBeGreaterThanOrEqual(2);
});

test("responses that are no success count apart, and make no throughput", async () => {
  const plan = await serve(
    createServer((request, response) => {
      response.statusCode = 503;
      answerLater(request, response);
    }),
  );
  const seen = await saturationStep({ ...plan, connections: 1 });
  expect(seen.perSecond).toBeNull();
  expect(seen.otherStatus).toBeGreaterThan(3);
});

test("where nobody listens there is no throughput, and no storm of attempts", async () => {
  const server = createServer();
  const plan = await serve(server);
  server.close();
  await once(server, "close");
  const seen = await saturationStep({ ...plan, connections: 1 });
  expect(seen.perSecond).toBeNull();
  expect(seen.reopened).toBeGreaterThanOrEqual(2);
  expect(seen.reopened).toBeLessThanOrEqual(Math.ceil(900 / REOPEN_MS) + 1);
});
