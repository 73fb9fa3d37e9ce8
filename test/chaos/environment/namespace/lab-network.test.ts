import fc from "fast-check";
import { expect, test } from "vitest";
import { addressCommands, macOf } from "../../../../chaos/environment/namespace/lab-network.ts";
import { nodeOf } from "../../../../stacks/topology.ts";
import { smallTopology } from "../small-topology.ts";

test("a MAC address follows from the IPv4 address: locally administered, unicast, and another for another", () => {
  expect(macOf("198.18.7.21")).toBe("02:00:c6:12:07:15");
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), (a, b) => {
      expect(macOf(a)).toMatch(/^02:00(?::[\da-f]{2}){4}$/);
      expect(macOf(a) === macOf(b)).toBe(a === b);
    }),
  );
});

test("a node's address is on its interface before that comes up", () => {
  expect(addressCommands(nodeOf(smallTopology(), "app-1"))).toEqual([
    "link set lo up",
    "address add 198.18.7.21/24 dev eth0",
    "link set eth0 up",
  ]);
});
