import { expect, test } from "vitest";
import { checkLinux, checkNode } from "../../../chaos/setup/platform.ts";
import { fakePrograms } from "./fake-programs.ts";

test("a machine that does not run Linux is told what it runs and where to go", async () => {
  await using linux = await fakePrograms({}, { platform: "linux" });
  await using darwin = await fakePrograms({}, { platform: "darwin" });
  expect(checkLinux(linux.machine)).toEqual({ state: "ready", version: null, path: null });
  expect(checkLinux(darwin.machine)).toMatchObject({
    state: "missing",
    problem: "this machine runs darwin",
    next: expect.stringContaining("virtual machine"),
  });
});

test.each([
  ["23.11.1", "too-old"],
  ["24.0.0", "ready"],
  ["26.1.0", "ready"],
])("Node %s is %s", async (nodeVersion, state) => {
  await using fake = await fakePrograms({}, { nodeVersion });
  expect(checkNode(fake.machine)).toMatchObject({
    state,
    version: nodeVersion,
    path: process.execPath,
  });
});
