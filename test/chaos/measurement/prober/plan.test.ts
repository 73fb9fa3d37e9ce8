import { describe, expect, test } from "vitest";
import { readInput } from "../../../../chaos/measurement/prober/plan.ts";
import { planFor } from "./started-prober.ts";

const read = (value: unknown) => readInput(JSON.stringify(value));

describe("what the prober is told", () => {
  test("a plan is taken as it is", () => {
    const plan = planFor(8080, { headers: { "x-a": "1" }, expectNodes: ["b1"] });
    expect(read(plan)).toEqual({ kind: "plan", plan });
  });

  test("there are two commands and no other", () => {
    expect(read({ command: "stop" })).toEqual({ kind: "stop" });
    expect(read({ command: "account-anew" })).toEqual({ kind: "account-anew" });
    expect(read({ command: "pause" })).toMatchObject({ kind: "refused" });
  });

  test.each([
    ["not JSON", "{", /not JSON/],
    ["no object", "7", /not an object/],
    ["null", "null", /not an object/],
    ["no protocol", "{}", /Start runner and prober from the same version/],
  ])("%s is refused", (_, line, reason) => {
    expect(readInput(line)).toEqual({ kind: "refused", reason: expect.stringMatching(reason) });
  });

  test.each<[string, object, RegExp]>([
    ["a rate of zero", { ratePerSecond: 0 }, /ratePerSecond is 0/],
    ["an endless stream", { maxDurationMs: null }, /maxDurationMs is null/],
    ["a timeout in words", { totalTimeoutMs: "1s" }, /totalTimeoutMs is "1s"/],
    ["a name", { addresses: ["localhost"] }, /Use an IP address/],
    ["a port of zero", { port: 0 }, /port is 0/],
    ["a negative trial", { trial: -1 }, /trial is -1/],
    ["a path that splits the request", { path: "/a\r\nX: y" }, /path is/],
    ["a relative path", { path: "a" }, /path is "a"/],
    ["a run that splits the request", { run: "a\r\nX: y" }, /run is/],
    ["a header name that is no token", { headers: { "a b": "1" } }, /header "a b"/],
    ["a header value that splits the request", { headers: { a: "1\r\nb: 2" } }, /header "a"/],
    ["no headers", { headers: null }, /headers is not an object/],
    ["no nodes", { expectNodes: undefined }, /expectNodes is not a list/],
    ["no address", { addresses: [] }, /addresses is \[\]/],
    ["half a retry", { retries: 0.5 }, /retries is 0.5. Use a whole number from 0 to 100/],
    ["no seed", { seed: undefined }, /seed is undefined/],
    ["no arrivals", { arrivals: undefined }, /kind of arrivals is undefined. Use constant, /],
    ["unknown arrivals", { arrivals: { kind: "waves" } }, /kind of arrivals is "waves"/],
    [
      "a ramp from below nothing",
      { arrivals: { kind: "ramp", fromPerSecond: -1, overMs: 5 } },
      /arrivals.fromPerSecond is -1. Use a number of 0 or more/,
    ],
    [
      "a ramp over no time",
      { arrivals: { kind: "ramp", fromPerSecond: 0, overMs: 0 } },
      /arrivals.overMs is 0/,
    ],
    [
      "a burst that never ends",
      { arrivals: { kind: "bursts", burstPerSecond: 9, everyMs: 50, forMs: 50 } },
      /arrivals.forMs is 50 and arrivals.everyMs 50/,
    ],
    ["unknown traffic", { traffic: { kind: "udp" } }, /kind of traffic is "udp". Use fresh, /],
    [
      "no connections",
      { traffic: { kind: "kept-alive", connections: 0 } },
      /traffic.connections is 0/,
    ],
    [
      "fewer connections than addresses",
      { traffic: { kind: "kept-alive", connections: 1 }, addresses: ["127.0.0.1", "127.0.0.2"] },
      /traffic.connections is 1 for 2 addresses/,
    ],
    [
      "lines as far apart as the timeout",
      { traffic: { kind: "long-lived", connections: 1, everyMs: 200 }, totalTimeoutMs: 200 },
      /traffic.everyMs is 200 and totalTimeoutMs 200/,
    ],
    [
      "retries of what stays lost",
      { traffic: { kind: "long-lived", connections: 1, everyMs: 50 }, retries: 1 },
      /retries is 1 of long-lived connections/,
    ],
    ["nobody", { traffic: { kind: "session", users: 0 } }, /traffic.users is 0/],
    [
      "a cookie of everybody's",
      { traffic: { kind: "session", users: 1 }, headers: { Cookie: "a=b" } },
      /headers has a cookie/,
    ],
  ])("%s is refused with the next step", (_, change, reason) => {
    expect(read({ ...planFor(8080), ...change })).toEqual({
      kind: "refused",
      reason: expect.stringMatching(reason),
    });
  });

  test("all that is wrong is told at once", () => {
    const plan = { ...planFor(0), ratePerSecond: 0, traffic: { kind: "udp" }, retries: -1 };
    const input = read(plan);
    for (const name of ["port", "ratePerSecond", "traffic", "retries"]) {
      expect(input).toMatchObject({ reason: expect.stringContaining(name) });
    }
  });
});
