import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { buildImages } from "../../../../chaos/setup/images/build-images.ts";
import { fakePrograms, type FakePrograms } from "../fake-programs.ts";

// Node is copied into the context.
vi.setConfig({ testTimeout: 60_000 });

/** An engine without images, beside a registry that answers; \`build\` ends as told. */
function docker(build = "exit 0"): string {
  return `echo "$@" >> "$0.log"
case "$1 $3" in
"version {{.Server.Version}}") echo 20.10.24 ;;
"info "*) echo /var/lib/docker ;;
"image inspect"*|"image "*) [ "$2" = prune ] || exit 1 ;;
"build "*) for context; do :; done; [ -d "$context" ] || exit 9; ${build} ;;
esac`;
}

async function build(fake: FakePrograms) {
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  const steps = { doing: tell, done: tell, failed: tell };
  const problem = await buildImages({ machine: fake.machine, steps });
  const log = await readFile(join(fake.folder, "docker.log"), "utf8").catch(() => "");
  const done = log.split("\n").filter((line) => /^(pull|build|image prune)/.test(line));
  return { problem, told, done };
}

/** Name of what a call of `docker build` makes. */
function made(call: string): string {
  return / --tag (\S+)/.exec(call)?.[1] ?? call.split(" ").slice(0, 2).join(" ");
}

test("images are built from the base upwards, and what they replaced is removed", async () => {
  await using fake = await fakePrograms({ docker: docker(), "toxiproxy-server": "" });
  const { problem, told, done } = await build(fake);
  expect(problem).toBeNull();
  expect(done.map(made)).toEqual([
    "pull --quiet",
    "evenkeel/base:dev",
    "evenkeel/runtime:dev",
    "evenkeel/node:dev",
    "evenkeel/redis:dev",
    "evenkeel/toxiproxy:dev",
    "image prune",
  ]);
  expect(told.at(-1)).toBe("building evenkeel/toxiproxy:dev");
  // Each says what it was made of.
  for (const call of done.filter((one) => one.startsWith("build"))) {
    expect(call).toMatch(/--label evenkeel\.inputs=[\da-f]{32} /);
  }
});

test("a build that fails ends it, with what the engine said last", async () => {
  const failing = docker(
    `case "$*" in *evenkeel/redis*) echo "no space left on device" >&2; exit 1 ;; esac`,
  );
  await using fake = await fakePrograms({ docker: failing, "toxiproxy-server": "" });
  const { problem, done } = await build(fake);
  expect(problem).toBe("evenkeel/redis:dev was not built: no space left on device");
  expect(made(done.at(-1) ?? "")).toBe("evenkeel/redis:dev");
});

test("without an engine nothing is begun, and the next step is told", async () => {
  await using fake = await fakePrograms({ docker: "echo 'Cannot connect' >&2; exit 1" });
  const { problem, told } = await build(fake);
  expect(problem).toContain("no engine answers: Cannot connect. Start it");
  expect(told).toEqual([]);
});
