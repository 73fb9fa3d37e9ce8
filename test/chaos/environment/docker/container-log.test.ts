import { expect, test } from "vitest";
import { epochNs, sinceOf } from "../../../../chaos/environment/docker/container-log.ts";

test.each([
  ["2026-11-21T16:35:22.069502263Z", "1795278922.069502263"],
  ["2026-11-21T16:35:22.07Z", "1795278922.070000000"],
  ["2026-11-21T16:35:22Z", "1795278922.000000000"],
  ["0001-01-01T00:00:00Z", "0"],
])("the engine's time %s is asked for as %s", (time, since) => {
  expect(sinceOf(time)).toBe(since);
});

test("no digit of a time is lost", () => {
  expect(epochNs("2026-11-21T16:35:22.069502263Z")).toBe(1_795_278_922_069_502_263n);
  expect(epochNs("0001-01-01T00:00:00Z")).toBeLessThan(0n);
});
