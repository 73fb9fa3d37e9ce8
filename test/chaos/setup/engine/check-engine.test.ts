import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { checkDockerEngine } from "../../../../chaos/setup/engine/check-engine.ts";
import { fakePrograms } from "../fake-programs.ts";
import { fakeEngine, testPlace } from "./fake-engine.ts";

// They start processes.
vi.setConfig({ testTimeout: 60_000 });

/** A client whose engine is of this version and keeps its data there. */
function engineOf(version: string, data: string): string {
  return `case "$1" in version) echo ${version} ;; info) echo ${data} ;; esac`;
}

test.each(["20.10.24+dfsg1", "28.2.2", "29.7.2"])("version %s is enough", async (version) => {
  await using fake = await fakePrograms({ docker: engineOf(version, "/var/lib/docker") });
  expect(await checkDockerEngine(fake.machine)).toMatchObject({ state: "ready", version });
});

test("an engine that is too old is told its version and the oldest that works", async () => {
  await using fake = await fakePrograms({ docker: engineOf("19.03.15", "/var/lib/docker") });
  const finding = await checkDockerEngine(fake.machine);
  expect(finding).toMatchObject({ state: "too-old", version: "19.03.15" });
  expect(finding).toHaveProperty("problem", expect.stringContaining("20.10 or later"));
});

describe("what the client says decides the next step", () => {
  test.each([
    ["permission denied while trying to connect to the socket", "Join the group `docker`"],
    [
      "Error response: client version 1.40 is too old. Minimum is 1.44",
      "Upgrade the Docker client",
    ],
    ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock", "setup -- --for docker"],
  ])("%s", async (said, next) => {
    await using fake = await fakePrograms({ docker: `echo '${said}' >&2; exit 1` });
    const finding = await checkDockerEngine(fake.machine);
    expect(finding).toMatchObject({ state: "broken", next: expect.stringContaining(next) });
    expect(finding).toHaveProperty("problem", expect.stringContaining(said));
  });
});

test("an engine whose checkout was removed is broken, though it answers", async () => {
  await using at = await testPlace();
  await mkdir(join(at.place.data, "containers"), { recursive: true });
  await using _ = await fakeEngine(at.place);
  await using fake = await fakePrograms({ docker: engineOf("20.10.24", at.place.data) });
  expect(await checkDockerEngine(fake.machine)).toMatchObject({ state: "ready" });
  await rm(join(at.place.data, "containers"), { recursive: true });
  expect(await checkDockerEngine(fake.machine)).toMatchObject({
    state: "broken",
    problem: expect.stringContaining("which is gone"),
  });
});

test("without a client nobody can be asked", async () => {
  await using fake = await fakePrograms({});
  expect(await checkDockerEngine(fake.machine)).toMatchObject({ state: "missing" });
});
