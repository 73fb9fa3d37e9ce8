import { expect, test } from "vitest";
import type { TimelineEvent } from "../../../chaos/environment/environment.ts";
import { LabError } from "../../../chaos/environment/errors.ts";
import { EventStream } from "../../../chaos/environment/event-stream.ts";

const event = (type: TimelineEvent["type"], at = 1): TimelineEvent => ({
  schema: "evenkeel.event/1",
  node: "app-1",
  process: "agent",
  monotonicNs: String(at),
  type,
  data: {},
});
const is = (type: TimelineEvent["type"]) => (seen: TimelineEvent) => seen.type === type;
const options = {
  deadlineMs: 5_000,
  waitingFor: "it",
  lastOutput: () => ["web: one", "web: two"],
};

test("an event that has come is found at once, the first one first", async () => {
  const stream = new EventStream();
  stream.push(event("node.ready", 1));
  stream.push(event("node.ready", 2));
  expect(await stream.waitFor(is("node.ready"), options)).toEqual(event("node.ready", 1));
  expect(stream.all()).toHaveLength(2);
});

test("an event that is to come ends every wait for it, and no other", async () => {
  const stream = new EventStream();
  let other = "waits";
  void stream.waitFor(is("vrrp.master"), options).then(() => (other = "ended"));
  const waits = [1, 2].map(() => stream.waitFor(is("node.ready"), options));
  stream.push(event("process.started"));
  stream.push(event("node.ready", 3));
  expect(await Promise.all(waits)).toEqual([event("node.ready", 3), event("node.ready", 3)]);
  expect(other).toBe("waits");
  stream.push(event("vrrp.master"));
});

test("an event that does not come is an error at the deadline with the last output as it is then", async () => {
  const stream = new EventStream();
  const output = ["early"];
  const begin = performance.now();
  const wait = stream.waitFor(is("node.ready"), {
    deadlineMs: 60,
    waitingFor: "node app-1 ready",
    lastOutput: () => output,
  });
  output.push("late");
  const error = await wait.catch((reason: unknown) => reason);
  const tookMs = performance.now() - begin;
  expect(error).toBeInstanceOf(LabError);
  expect(String(error)).toMatch(
    /node app-1 ready did not happen within 60 ms\..*doctor.*Last output:\n  early\n  late$/s,
  );
  expect(tookMs).toBeGreaterThanOrEqual(59);
  expect(tookMs).toBeLessThan(3_000);
});

test("a failure ends every wait, now and later, except for what has come already; the first one counts", async () => {
  const stream = new EventStream();
  stream.push(event("node.ready"));
  const waiting = stream.waitFor(is("vrrp.master"), options);
  stream.fail(new Error("the lab died"));
  stream.fail(new Error("and more"));
  await expect(waiting).rejects.toThrow("the lab died");
  await expect(stream.waitFor(is("vrrp.master"), options)).rejects.toThrow("the lab died");
  expect(await stream.waitFor(is("node.ready"), options)).toEqual(event("node.ready"));
});

test("a listener hears what comes from then on, until it stops, also when it stops while listening", () => {
  const stream = new EventStream();
  stream.push(event("node.ready", 1));
  const [one, all]: [string[], string[]] = [[], []];
  const stop = stream.listen(({ monotonicNs }) => {
    one.push(monotonicNs);
    stop();
  });
  stream.listen(({ monotonicNs }) => all.push(monotonicNs));
  stream.push(event("node.ready", 2));
  stream.push(event("node.ready", 3));
  expect(one).toEqual(["2"]);
  expect(all).toEqual(["2", "3"]);
});
