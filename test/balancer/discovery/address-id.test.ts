import { expect, test } from "vitest";
import { idSchema } from "../../../balancer/config-fields.ts";
import { addressId } from "../../../balancer/discovery/address-id.ts";

test.for([
  ["198.18.7.21", "at-198-18-7-21-8080"],
  ["255.255.255.255", "at-255-255-255-255-8080"],
])("%s has a name that people can read", ([address, id]) => {
  expect(addressId(address ?? "", 8080)).toBe(id);
});

test("the longest of them are ids, and those of version 6 too, each its own", () => {
  const ids = ["255.255.255.255", "2001:db8::1", "2001:db8::2", "::ffff:198.18.7.21"].map((one) =>
    addressId(one, 65_535),
  );
  for (const id of ids) expect(idSchema.parse(id)).toBe(id);
  expect(new Set(ids).size).toBe(ids.length);
});
