import { isIPv4 } from "node:net";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addressOfNumber, liesIn, networkOf, numberOfAddress } from "../../stacks/ipv4.ts";

test("an address survives its number, and its number the address", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (address, number) => {
      expect(addressOfNumber(numberOfAddress(address))).toBe(address);
      expect(isIPv4(addressOfNumber(number))).toBe(true);
      expect(numberOfAddress(addressOfNumber(number))).toBe(number);
    }),
  );
});

test("a network holds its own address and as many as its prefix leaves", () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
      const network = networkOf(`${address}/${prefix}`);
      const number = numberOfAddress(address);
      expect(network.first).toBeLessThanOrEqual(number);
      expect(network.last).toBeGreaterThanOrEqual(number);
      expect(network.last - network.first + 1).toBe(2 ** (32 - prefix));
      expect(network.first % 2 ** (32 - prefix)).toBe(0);
    }),
  );
});

test("198.18.0.0/15 ends with 198.19.255.255", () => {
  const benchmarks = networkOf("198.18.0.0/15");
  expect(addressOfNumber(benchmarks.first)).toBe("198.18.0.0");
  expect(addressOfNumber(benchmarks.last)).toBe("198.19.255.255");
  expect(liesIn(networkOf("198.19.255.0/24"), benchmarks)).toBe(true);
  expect(liesIn(networkOf("198.20.0.0/24"), benchmarks)).toBe(false);
  expect(liesIn(networkOf("198.17.255.0/24"), benchmarks)).toBe(false);
  expect(liesIn(networkOf("198.0.0.0/8"), benchmarks)).toBe(false);
});
