import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import {
  endLeftovers,
  endProcess,
  engineOfData,
  enginePid,
} from "../../../../chaos/setup/engine/engine-process.ts";
import { fakeEngine, fakeProcess, testPlace } from "./fake-engine.ts";

// They start processes.
vi.setConfig({ testTimeout: 60_000 });

test("an engine is known by its pid file, and without it by its data", async () => {
  await using at = await testPlace();
  await using engine = await fakeEngine(at.place);
  expect(enginePid(at.place)).toBe(engine.pid);
  expect(engineOfData(at.place.data)).toBe(engine.pid);
  expect(engineOfData(`${at.place.data}-of-another`)).toBeNull();
});

test("a pid file that names a stranger names no engine", async () => {
  await using at = await testPlace();
  await using stranger = await fakeProcess("sleep", ["--data-root", at.place.data]);
  await writeFile(at.place.pidFile, `${stranger.pid}`);
  expect(enginePid(at.place)).toBeNull();

  await using elsewhere = await fakeProcess("dockerd", ["--data-root", "/var/lib/docker"]);
  await writeFile(at.place.pidFile, `${elsewhere.pid}`);
  expect(enginePid(at.place)).toBeNull();
});

test.each(["", "0", "1", "-1", "no number"])("a pid file of %j names no engine", async (text) => {
  await using at = await testPlace();
  expect(enginePid(at.place)).toBeNull();
  await writeFile(at.place.pidFile, text);
  expect(enginePid(at.place)).toBeNull();
});

test("a process that ends at SIGTERM has ended by itself", async () => {
  await using one = await fakeProcess("one", []);
  expect(await endProcess(one.pid, 60_000)).toBe(true);
  expect(one.isAlive()).toBe(false);
});

test("a process that ignores SIGTERM is killed", async () => {
  await using one = await fakeProcess("one", [], "stays");
  expect(await endProcess(one.pid, 100)).toBe(false);
  expect(one.isAlive()).toBe(false);
});

test("a process that has gone already is no error", async () => {
  await using one = await fakeProcess("one", []);
  await endProcess(one.pid, 60_000);
  expect(await endProcess(one.pid, 60_000)).toBe(true);
});

test("what a killed engine left is ended, what another one left is not", async () => {
  await using at = await testPlace();
  await using shim = await fakeProcess("containerd-shim", [
    "-address",
    `${at.place.exec}/containerd/containerd.sock`,
  ]);
  await using ofAnother = await fakeProcess("containerd-shim", [
    "-address",
    `${at.place.exec}-of-another/containerd/containerd.sock`,
  ]);
  // It outlives the process number that its pid file names.
  await writeFile(at.place.pidFile, "4194305");
  await endLeftovers(at.place);
  expect(shim.isAlive()).toBe(false);
  expect(ofAnother.isAlive()).toBe(true);
  expect(existsSync(at.place.pidFile)).toBe(false);
});
