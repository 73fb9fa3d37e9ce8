import { expect, test } from "vitest";
import { ask, startBackend, until } from "./programs.ts";

test("the application tells the load of its work, and checks are none", async () => {
  await using backend = await startBackend("--workers", "1", "--queue", "10");
  let output = "";
  backend.child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const loads = () =>
    output
      .split("\n")
      .filter((line) => line.startsWith('{"schema":"evenkeel.event/1"'))
      .map((line) => JSON.parse(line) as { type: string; data: Record<string, number> });
  for (let check = 0; check < 5; check += 1) await ask(backend, "/readyz");
  const slow = { headers: { "x-evenkeel-service-ms": "60" } };
  await Promise.all([1, 2, 3, 4].map(() => ask(backend, "/", slow)));
  await until(async () => loads().reduce((sum, { data }) => sum + (data["requests"] ?? 0), 0) >= 4);
  const told = loads();
  expect(told.every(({ type }) => type === "backend.load")).toBe(true);
  expect(told.reduce((sum, { data }) => sum + (data["requests"] ?? 0), 0)).toBe(4);
  // One was served while three waited.
  expect(Math.max(...told.map(({ data }) => data["openMost"] ?? 0))).toBe(4);
  expect(Math.max(...told.map(({ data }) => data["queuedMost"] ?? 0))).toBe(3);
  expect(told[0]).toMatchObject({ node: "app-1", process: "backend" });
});
