import { describe, expect, test } from "vitest";
import type { EventLine, EventType } from "../../balancer/index.ts";
import type { EventMark } from "../../chaos/measurement/marks.ts";
import type { Hurt } from "../../chaos/scenario.ts";
import { addressMoves, backendLeaves, nothingMoves } from "../../scenarios/failover-events.ts";
import { activePassive } from "../../stacks/topologies/active-passive.ts";

const OLD_MAC = "02:00:c6:12:07:0b";
const NEW_MAC = "02:00:c6:12:07:0c";
const hurt: Hurt = {
  topology: activePassive().topology,
  target: "lb-a",
  owner: "lb-a",
  ownerMac: OLD_MAC,
};

function event(node: string, type: EventType, data: EventLine["data"] = {}): EventLine {
  return { schema: "evenkeel.event/1", node, process: "agent", monotonicNs: "1", type, data };
}

function isMark(mark: EventMark, seen: EventLine): boolean {
  return "matches" in mark && mark.matches(seen);
}

describe("a floating address that moves", () => {
  const { detected, elected, moved } = addressMoves(hurt);

  test("is detected when the peer becomes master, not when the old owner says so", () => {
    expect(isMark(detected, event("lb-b", "vrrp.master"))).toBe(true);
    expect(isMark(detected, event("lb-a", "vrrp.master"))).toBe(false);
    expect(isMark(detected, event("lb-b", "vrrp.backup"))).toBe(false);
  });

  test("is elected when the address is on the peer's interface, not another address", () => {
    const added = (node: string, address: string) => event(node, "address.added", { address });
    expect(isMark(elected, added("lb-b", "198.18.7.10"))).toBe(true);
    expect(isMark(elected, added("lb-a", "198.18.7.10"))).toBe(false);
    expect(isMark(elected, added("lb-b", "198.18.7.12"))).toBe(false);
  });

  test("has moved when the client knows another MAC address for it", () => {
    const changed = (mac: string | null, address = "198.18.7.10") =>
      event("client", "neighbour.changed", { address, mac, state: "STALE" });
    expect(isMark(moved, changed(NEW_MAC))).toBe(true);
    expect(isMark(moved, changed(OLD_MAC))).toBe(false);
    expect(isMark(moved, changed(null))).toBe(false);
    expect(isMark(moved, changed(NEW_MAC, "198.18.7.21"))).toBe(false);
  });
});

test("a backend leaves when the balancer that serves finds it unhealthy, and no address moves", () => {
  const marks = backendLeaves({ ...hurt, target: "app-1" });
  const unhealthy = (node: string, backend: string) =>
    event(node, "backend.unhealthy", { pool: "app", backend });
  expect(isMark(marks.detected, unhealthy("lb-a", "app-1"))).toBe(true);
  expect(isMark(marks.detected, unhealthy("lb-b", "app-1"))).toBe(false);
  expect(isMark(marks.detected, unhealthy("lb-a", "app-2"))).toBe(false);
  expect("absent" in marks.moved).toBe(true);
});

test("where nothing should move, no mark is awaited, and each says why", () => {
  for (const mark of Object.values(nothingMoves())) expect(mark).toHaveProperty("absent");
});
