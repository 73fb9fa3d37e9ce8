import { expect, test } from "vitest";
import { flapping } from "../../../chaos/faults/flapping.ts";
import { killNode } from "../../../chaos/faults/kill-node.ts";
import { node } from "../../../chaos/faults/target.ts";

const fault = killNode(node("app-1"), { silent: true });

test("a fault that flaps comes after its time, lasts, and comes again after each pause", () => {
  expect(flapping(fault, { afterMs: 50, downMs: 300, upMs: 200, times: 3 })).toEqual([
    { fault, afterMs: 50, forMs: 300 },
    { fault, afterMs: 200, forMs: 300 },
    { fault, afterMs: 200, forMs: 300 },
  ]);
});

test("it comes at once unless it is told to wait", () => {
  expect(flapping(fault, { downMs: 300, upMs: 200, times: 1 })).toEqual([
    { fault, afterMs: 0, forMs: 300 },
  ]);
});
