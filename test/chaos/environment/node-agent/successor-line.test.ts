import { expect, test } from "vitest";
import { eventWriter } from "../../../../balancer/index.ts";
import { successorIn } from "../../../../chaos/environment/node-agent/successor-line.ts";

function lineOf(...event: Parameters<ReturnType<typeof eventWriter>>): string {
  let written = "";
  eventWriter("lb-a", "balancer", (line) => (written = line))(...event);
  return written.trimEnd();
}

test("a process that was replaced tells the pid of who serves in its place", () => {
  expect(successorIn(lineOf("balancer.replaced", { by: "SIGUSR2", pid: 42 }))).toBe(42);
});

test("no other event does, whatever it quotes", () => {
  const quoted = { message: '"type":"balancer.replaced"', pid: 42 };
  expect(successorIn(lineOf("balancer.restart-failed", quoted))).toBeUndefined();
  expect(successorIn(lineOf("process.started", { name: "balancer", pid: 42 }))).toBeUndefined();
});
