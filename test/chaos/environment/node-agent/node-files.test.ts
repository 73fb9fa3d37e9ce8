import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { fillIn, interfaceOf } from "../../../../chaos/environment/node-agent/node-files.ts";

const loopback = (networkInterfaces()["lo"] ?? [])[0];

test("the interface is found by the address that it carries, whatever its name", () => {
  if (loopback === undefined) throw new Error("This machine has no loopback interface.");
  const interfaces = {
    lo: [loopback],
    eth7: [
      { ...loopback, address: "198.18.7.21" },
      { ...loopback, address: "198.18.7.5" },
    ],
    gone: undefined,
  };
  expect(interfaceOf("198.18.7.5", interfaces)).toBe("eth7");
  expect(() => interfaceOf("198.18.7.99", interfaces)).toThrow(
    /198\.18\.7\.99.*127\.0\.0\.1, 198\.18\.7\.21, 198\.18\.7\.5/,
  );
  expect(interfaceOf("127.0.0.1")).toBe("lo");
});

test("the interface's name is put wherever it belongs", () => {
  expect(fillIn("a {{interface}} b {{interface}}", "eth0")).toBe("a eth0 b eth0");
  expect(fillIn("no place", "eth0")).toBe("no place");
});
