import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CHUNK_CASES,
  FRAMING_CASES,
  LATE_CHUNK_CASES,
  LINE_CASES,
  REQUEST_LINE_CASES,
} from "../protocol/request-cases.ts";
import { answering, eventually, listen, OK, RawBackend, RawClient } from "./harness.ts";

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const EARLY = [...FRAMING_CASES, ...CHUNK_CASES, ...LINE_CASES, ...REQUEST_LINE_CASES];
const violations = EARLY.filter((one) => one.refused !== undefined);

let backend: RawBackend;
let door: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  backend = await RawBackend.start(answering(OK));
  door = await listen({ ports: [backend.port] });
});

afterAll(async () => {
  await door[Symbol.asyncDispose]();
  await backend[Symbol.asyncDispose]();
});

async function sendWhole(bytes: string): Promise<{ answer: string; reached: string }> {
  const before = backend.all.length;
  using client = await RawClient.open(door.listener.port);
  client.send(bytes);
  const answer = await client.untilOver();
  return { answer, reached: backend.all.slice(before) };
}

describe("a refused request reaches no backend, and nothing behind it is served", () => {
  test.each(violations)("$name", async ({ bytes, refused }) => {
    const rejected = door.listener.counters.rejected.get(refused ?? "") ?? 0;
    const { answer, reached } = await sendWhole(bytes + SMUGGLED);
    expect(answer).toMatch(/^HTTP\/1\.1 (4|5)\d\d /);
    expect(answer).toContain("\r\nConnection: close\r\n");
    expect(answer).toContain(`\r\nx-evenkeel-reason: ${refused}\r\n`);
    expect(answer.split("HTTP/1.1 ")).toHaveLength(2);
    expect(reached).toBe("");
    expect(door.listener.counters.rejected.get(refused ?? "")).toBe(rejected + 1);
  });

  test.each(violations.filter((one) => one.bytes.length < 300))(
    "$name, byte by byte",
    async ({ bytes, refused }) => {
      const before = backend.all.length;
      using client = await RawClient.open(door.listener.port);
      await client.trickle(bytes + SMUGGLED);
      const answer = await client.untilOver();
      expect(answer).toContain(`\r\nx-evenkeel-reason: ${refused}\r\n`);
      expect(answer.split("HTTP/1.1 ")).toHaveLength(2);
      expect(backend.all.slice(before)).toBe("");
    },
  );
});

describe("a violation behind valid chunks breaks the upstream connection before the request is whole", () => {
  test.each(LATE_CHUNK_CASES)("$name", async ({ bytes, refused }) => {
    const { answer, reached } = await sendWhole(bytes + SMUGGLED);
    expect(answer).toContain(`\r\nx-evenkeel-reason: ${refused}\r\n`);
    expect(reached).not.toContain("\r\n0\r\n\r\n");
    expect(reached).not.toContain("smuggled");
  });
});

describe("a conforming request is served, and so is the next one on its connection", () => {
  test.each(EARLY.filter((one) => one.refused === undefined))("$name", async ({ bytes }) => {
    const before = backend.all.length;
    using client = await RawClient.open(door.listener.port);
    client.send(bytes);
    const keeps = !bytes.includes("HTTP/1.0");
    if (keeps) client.send(SMUGGLED);
    const answers = keeps ? 2 : 1;
    await client.until((text) => text.split("\r\n\r\nok").length > answers);
    expect(client.received.split("HTTP/1.1 200 OK")).toHaveLength(answers + 1);
    expect(backend.all.slice(before).includes("GET /smuggled HTTP/1.1\r\n")).toBe(keeps);
  });
});

test("CONNECT and TRACE are told what is allowed", async () => {
  const { answer } = await sendWhole("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(answer).toContain("HTTP/1.1 405 Method Not Allowed\r\n");
  expect(answer).toContain("\r\nAllow: GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS\r\n");
});

test("whatever bytes come, a refused connection forwards nothing after the refusal", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (random) => {
      const { answer, reached } = await sendWhole(
        `\0${Buffer.from(random).toString("latin1")}${SMUGGLED}`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(reached).toBe("");
    }),
    { numRuns: 30 },
  );
});

test("afterwards nothing is in flight and no connection is left", async () => {
  await eventually(() => door.listener.counters.active === 0);
  expect(door.backend(0).inFlight).toBe(0);
});
