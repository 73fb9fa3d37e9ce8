import { expect, test } from "vitest";
import { engineArgv, enginePlace } from "../../../../chaos/setup/engine/engine-place.ts";

test("two checkouts share nothing but the socket", () => {
  const [one, other] = [enginePlace("/home/a/.evenkeel"), enginePlace("/home/b/.evenkeel")];
  for (const key of ["data", "exec", "pidFile", "log"] as const) {
    expect(one[key]).not.toBe(other[key]);
  }
  expect(one.socket).toBe(other.socket);
  expect(enginePlace("/home/a/.evenkeel")).toEqual(one);
});

test("sockets have short paths, however deep a checkout lies", () => {
  const { exec } = enginePlace(`/${"deep/".repeat(60)}.evenkeel`);
  // The longest that an engine makes below it, and what unix(7) allows.
  expect(`${exec}/containerd/containerd-debug.sock`.length).toBeLessThan(60);
});

test("its networks come from the range that is reserved for benchmarks", () => {
  const argv = engineArgv("dockerd", enginePlace("/a")).join(" ");
  const addresses = argv.match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
  expect(addresses.length).toBeGreaterThanOrEqual(2);
  for (const address of addresses) expect(address).toMatch(/^198\.1[89]\./);
});
