import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installDebianPackages } from "../../../chaos/setup/debian.ts";
import { fakePrograms } from "./fake-programs.ts";

const REQUEST = { packages: ["tini", "socat"], services: [] };

/** Notes what it was asked for, and whether services could start meanwhile. */
const APT_GET = `
echo "$@" >> "$0.log"
if [ -x "$POLICY" ]; then "$POLICY"; echo "policy $?" >> "$0.log"; fi
`;

async function install(script: string, standingPolicy?: string) {
  const fake = await fakePrograms({});
  const policy = join(fake.folder, "policy-rc.d");
  await fake.add("apt-get", `POLICY='${policy}'\n${script}`);
  if (standingPolicy !== undefined) await writeFile(policy, standingPolicy, { mode: 0o755 });
  const problem = await installDebianPackages(fake.machine, REQUEST, undefined, policy);
  const log = await readFile(join(fake.folder, "apt-get.log"), "utf8").catch(() => "");
  const left = await readFile(policy, "utf8").catch(() => null);
  await fake[Symbol.asyncDispose]();
  return { problem, log: log.trim().split("\n"), left };
}

test("the lists are fetched once, then all packages are installed, and no service may start", async () => {
  const { problem, log, left } = await install(APT_GET);
  expect(problem).toBeNull();
  expect(log).toEqual([
    "-q -y -o DPkg::Lock::Timeout=120 update",
    "policy 101",
    "-q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends tini socat",
    "policy 101",
  ]);
  expect(left).toBeNull();
});

test("the policy goes even when apt-get fails, and its reason is told", async () => {
  const { problem, left } = await install('echo "E: Unable to locate package tini" >&2; exit 100');
  expect(problem).toContain("E: Unable to locate package tini".slice(3));
  expect(left).toBeNull();
});

test("stale lists are no failure when the packages are there", async () => {
  const { problem } = await install('case "$*" in *update) exit 100;; esac');
  expect(problem).toBeNull();
});

test("a policy of the machine's own stays as it is", async () => {
  const own = "#!/bin/sh\nexit 101\n";
  const { left } = await install(APT_GET, own);
  expect(left).toBe(own);
});

test("a policy that an interrupted set-up left is replaced and removed", async () => {
  const first = await install(`/bin/cat "$POLICY" > "$0.log"`);
  const { log, left } = await install(APT_GET, `${first.log.join("\n")}\n`);
  expect(log).toContain("policy 101");
  expect(left).toBeNull();
});
