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
  ])("%s is refused with the next step", (_, change, reason) => {
    expect(read({ ...planFor(8080), ...change })).toEqual({
      kind: "refused",
      reason: expect.stringMatching(reason),
    });
  });
});
