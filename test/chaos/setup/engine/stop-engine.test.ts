import { mkdir } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { stopEngine } from "../../../../chaos/setup/engine/stop-engine.ts";
import { fakePrograms, filesOf } from "../fake-programs.ts";
import { fakeEngine, fakeProcess, testPlace } from "./fake-engine.ts";

// They start processes.
vi.setConfig({ testTimeout: 60_000 });

test("this project's engine is ended, and what it left with it", async () => {
  await using at = await testPlace();
  await mkdir(at.place.exec, { recursive: true });
  await using engine = await fakeEngine(at.place);
  await using containerd = await fakeProcess("containerd", [
    "--config",
    `${at.place.exec}/containerd/containerd.toml`,
  ]);
  await using fake = await fakePrograms({}, { read: filesOf({}) });
  expect(await stopEngine(at.place, fake.machine)).toBe(true);
  expect(engine.isAlive()).toBe(false);
  expect(containerd.isAlive()).toBe(false);
});

test("where none runs, nothing is ended, as often as one likes", async () => {
  await using at = await testPlace();
  await using ofAnother = await fakeProcess("dockerd", ["--data-root", "/var/lib/docker"]);
  await using fake = await fakePrograms({}, { read: filesOf({}) });
  expect(await stopEngine(at.place, fake.machine)).toBe(false);
  expect(await stopEngine(at.place, fake.machine)).toBe(false);
  expect(ofAnother.isAlive()).toBe(true);
});
