import { expect, test } from "vitest";
import { outcomeOfStatus } from "../../../balancer/health/outcome.ts";

test.each([
  [200, "answered"],
  [304, "answered"],
  [404, "answered"],
  [429, "answered"],
  [499, "answered"],
  [500, "server-error"],
  [501, "server-error"],
  [502, "gateway-error"],
  [503, "gateway-error"],
  [504, "gateway-error"],
  [505, "server-error"],
  [599, "server-error"],
])("a status of %i is: %s", (status, outcome) => {
  expect(outcomeOfStatus(status)).toBe(outcome);
});
