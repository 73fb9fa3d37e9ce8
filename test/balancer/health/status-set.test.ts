import { expect, test } from "vitest";
import {
  includesStatus,
  STATUS_PATTERN,
  statusRange,
  type StatusPattern,
} from "../../../balancer/health/status-set.ts";

test.each<[StatusPattern, number, number]>([
  [204, 204, 204],
  ["2xx", 200, 299],
  ["5xx", 500, 599],
  ["200-299", 200, 299],
  ["404-404", 404, 404],
])("%s stands for %i to %i", (pattern, from, to) => {
  expect(statusRange(pattern)).toEqual({ from, to });
});

test("a status is among those of any pattern, and no other one is", () => {
  const patterns = ["2xx", 304, "401-403"];
  const found = Array.from({ length: 500 }, (_, index) => 100 + index).filter((status) =>
    includesStatus(patterns, status),
  );
  expect(found).toEqual([
    ...Array.from({ length: 100 }, (_, index) => 200 + index),
    304,
    401,
    402,
    403,
  ]);
});

test.each(["6xx", "2x", "0xx", "200", "200-", "200-2xx", "200 - 299", "099-200"])(
  "%s is no pattern",
  (text) => {
    expect(STATUS_PATTERN.test(text)).toBe(false);
  },
);
