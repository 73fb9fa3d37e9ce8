import fc from "fast-check";
import { expect, test } from "vitest";
import { macOf } from "../../../../chaos/environment/namespace/lab-network.ts";

test("a MAC address follows from the IPv4 address: locally administered, unicast, and another for another", () => {
  expect(macOf("198.18.7.21")).toBe("02:00:c6:12:07:15");
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), (a, b) => {
      expect(macOf(a)).toMatch(/^02:00(?::[\da-f]{2}){4}$/);
      expect(macOf(a) === macOf(b)).toBe(a === b);
    }),
  );
});
