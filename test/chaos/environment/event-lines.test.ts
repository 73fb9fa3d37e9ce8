import { expect, test } from "vitest";
import { eventWriter } from "../../../balancer/index.ts";
import { eventLines } from "../../../chaos/environment/event-lines.ts";
import { EVENT_PREFIX } from "../../../chaos/environment/node-agent/log-line.ts";

test("the lines are those that the balancer's own writer writes", () => {
  const [ours, theirs]: [string[], string[]] = [[], []];
  for (const [make, lines] of [
    [eventLines, ours],
    [eventWriter, theirs],
  ] as const) {
    const emit = make("app-1", "agent", (line) => lines.push(line));
    emit("process.exited", { name: "web", code: null, signal: "SIGKILL" }, 12_345_678_901_234n);
    emit("node.ready", {}, 0n);
  }
  expect(ours).toEqual(theirs);
  for (const line of ours) expect(line.startsWith(EVENT_PREFIX)).toBe(true);
});

test("an event without a time of its own has the time at which it was told", () => {
  const lines: string[] = [];
  const before = process.hrtime.bigint();
  eventLines("app-1", "agent", (line) => lines.push(line))("node.ready", {});
  const told = BigInt((JSON.parse(lines[0] ?? "") as { monotonicNs: string }).monotonicNs);
  expect(told).toBeGreaterThanOrEqual(before);
  expect(told).toBeLessThanOrEqual(process.hrtime.bigint());
});
