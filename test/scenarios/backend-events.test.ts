import { expect, test } from "vitest";
import type { EventLine, EventType } from "../../balancer/index.ts";
import type { EventMark } from "../../chaos/measurement/marks.ts";
import type { Hurt } from "../../chaos/scenario.ts";
import { backendIsEjected, firstToldOf } from "../../scenarios/backend-events.ts";
import { single } from "../../stacks/topologies/single.ts";
import { FAULT_NS, trialData } from "../chaos/objectives/trial-data.ts";

const { topology } = single();
const hurt: Hurt = { topology, target: "app-1", owner: "lb", ownerMac: null };

function event(type: EventType, backend: string, atMs = 0, node = "lb"): EventLine {
  const monotonicNs = (FAULT_NS + BigInt(atMs * 1e6)).toString();
  const data = { pool: "app", backend };
  return { schema: "evenkeel.event/1", node, process: "balancer", monotonicNs, type, data };
}

function isMark(mark: EventMark, seen: EventLine): boolean {
  return "matches" in mark && mark.matches(seen);
}

test("a backend is ejected when the balancer that serves tells it of that one, and no address moves", () => {
  const { detected, elected, moved } = backendIsEjected(hurt);
  expect(elected).toBe(detected);
  expect(isMark(detected, event("backend.ejected", "app-1"))).toBe(true);
  expect(isMark(detected, event("backend.ejected", "app-2"))).toBe(false);
  expect(isMark(detected, event("backend.ejected", "app-1", 0, "lb-b"))).toBe(false);
  expect(isMark(detected, event("backend.unhealthy", "app-1"))).toBe(false);
  expect("absent" in moved).toBe(true);
});

test("what is first told of a backend is of the hurt one, after the fault, unless it is said otherwise", () => {
  const events = [
    event("backend.ejected", "app-1", -100),
    event("backend.ejected", "app-2", 10),
    event("backend.ejected", "app-1", 20),
    event("backend.readmitted", "app-1", 15),
    event("backend.readmitted", "app-1", 30),
  ];
  const data = trialData({ hurt, events });
  const at = (atMs: number) => ({ atNs: FAULT_NS + BigInt(atMs * 1e6) });
  const ejected = firstToldOf("backend.ejected");
  expect(ejected.find(data)).toEqual(at(20));
  expect(firstToldOf("backend.ejected", "app-2").find(data)).toEqual(at(10));
  expect(firstToldOf("backend.readmitted", "app-1", ejected).find(data)).toEqual(at(30));
  expect(firstToldOf("backend.healthy").find(data)).toEqual({
    atNs: null,
    reason: "backend.healthy of the hurt backend was not seen after the fault",
  });
});
