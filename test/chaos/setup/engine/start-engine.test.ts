import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { endProcess, enginePid } from "../../../../chaos/setup/engine/engine-process.ts";
import { bringEngine } from "../../../../chaos/setup/engine/start-engine.ts";
import type { Steps } from "../../../../chaos/setup/steps.ts";
import { fakePrograms, filesOf, type FakePrograms } from "../fake-programs.ts";
import { fakeEngine, testPlace } from "./fake-engine.ts";

// They start processes.
vi.setConfig({ testTimeout: 60_000 });

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A client that is answered as soon as `answers` exists beside it. */
const DOCKER = `
[ -e "\${0%/*}/answers" ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }
case "$1" in version) echo 20.10.24 ;; info) echo /var/lib/docker ;; esac`;

/** Counts its starts, answers, and goes on under the engine's name. */
const DOCKERD = `
echo started >> "$0.log"
: > "\${0%/*}/answers"
while [ "$1" != --pidfile ]; do shift; done
echo $$ > "$2"
exec /bin/bash -c 'exec -a dockerd ${process.execPath} -e "setInterval(() => 0, 1e6)" -- --data-root "$0"' "\${2%/*}/data"`;

async function bring(fake: FakePrograms, place: Parameters<typeof bringEngine>[1]) {
  vi.stubEnv("DOCKER_HOST", "");
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  const steps: Steps = { doing: tell, done: tell, failed: tell };
  return { problem: await bringEngine({ machine: fake.machine, steps }, place), told };
}

const ROOT = { uid: 0, read: filesOf({}) };

test("an engine is started, answers, and goes on", async () => {
  await using at = await testPlace();
  await using fake = await fakePrograms({ docker: DOCKER, dockerd: DOCKERD }, ROOT);
  const { problem, told } = await bring(fake, at.place);
  expect(problem).toBeNull();
  expect(told.join()).toContain("engine:stop");
  await expect.poll(() => enginePid(at.place), { timeout: 60_000 }).not.toBeNull();
  await endProcess(enginePid(at.place) ?? 0, 60_000);
});

test("one that ends is reported with what it said and where its log is", async () => {
  await using at = await testPlace();
  const dockerd = `echo 'time="x" level=info msg="Starting up"'
echo 'failed to start daemon: Error initializing network controller: iptables not found'; exit 1`;
  await using fake = await fakePrograms({ docker: DOCKER, dockerd }, ROOT);
  const { problem } = await bring(fake, at.place);
  expect(problem).toContain("dockerd ended: failed to start daemon");
  expect(problem).toContain("iptables not found");
  expect(problem).toContain(at.place.log);
  expect(await readFile(at.place.log, "utf8")).toContain("Starting up");
});

test("one that runs already and does not answer yet is waited for, not started again", async () => {
  await using at = await testPlace();
  await using running = await fakeEngine(at.place);
  await using fake = await fakePrograms(
    {
      // Answers from the third question on.
      docker: `echo asked >> "$0.log"; [ "$(/usr/bin/wc -l < "$0.log")" -ge 3 ] || exit 1; ${DOCKER}`,
      dockerd: DOCKERD,
    },
    ROOT,
  );
  await fake.add("answers", "");
  expect((await bring(fake, at.place)).problem).toBeNull();
  expect(existsSync(join(fake.folder, "dockerd.log"))).toBe(false);
  expect(running.isAlive()).toBe(true);
});

test("an ordinary user starts none", async () => {
  await using at = await testPlace();
  await using fake = await fakePrograms({ docker: DOCKER, dockerd: DOCKERD }, { uid: 1000 });
  expect((await bring(fake, at.place)).problem).toBe("only root can start an engine");
  expect(existsSync(join(fake.folder, "dockerd.log"))).toBe(false);
});

test("none is started beside one that DOCKER_HOST points at", async () => {
  await using at = await testPlace();
  await using fake = await fakePrograms({ docker: DOCKER, dockerd: DOCKERD }, ROOT);
  vi.stubEnv("DOCKER_HOST", "tcp://198.18.0.1:2375");
  const steps: Steps = { doing: () => undefined, done: () => undefined, failed: () => undefined };
  const problem = await bringEngine({ machine: fake.machine, steps }, at.place);
  expect(problem).toContain("DOCKER_HOST points at tcp://198.18.0.1:2375");
  expect(existsSync(join(fake.folder, "dockerd.log"))).toBe(false);
});

test("without dockerd, and without packages that bring it, nothing is done", async () => {
  await using at = await testPlace();
  await using fake = await fakePrograms({ docker: DOCKER }, ROOT);
  expect((await bring(fake, at.place)).problem).toBe("dockerd is not installed");
});
