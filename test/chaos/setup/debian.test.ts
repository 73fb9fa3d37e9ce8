import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
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

test("the lists are fetched, then all packages, then they are installed, and no service may start", async () => {
  const { problem, log, left } = await install(APT_GET);
  expect(problem).toBeNull();
  const settings = "-q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0";
  expect(log).toEqual([
    `${settings} update`,
    "policy 101",
    `${settings} install --no-install-recommends --download-only tini socat`,
    "policy 101",
    `${settings} install --no-install-recommends tini socat`,
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

/** Says when apt-get does this, and then goes on until it is told to, or ended. */
const hangsIn = (what: string): string => `
note() { test -x "$POLICY" && echo "$1, services forbidden" >> "$0.log"; }
case "$*" in
  *"${what}"*)
    trap 'note ended; exit 1' TERM
    echo > "$FOLDER/hangs"
    until [ -e "$FOLDER/go" ]; do /bin/sleep 0.02; done ;;
esac
case "$*" in
  *download-only*) note fetched ;;
  *install*) note installed ;;
esac`;

/** Interrupts the installation in the midst of this. */
async function interruptedIn(what: string, meanwhile: (folder: string) => Promise<void>) {
  await using fake = await fakePrograms({});
  const policy = join(fake.folder, "policy-rc.d");
  const script = `POLICY='${policy}' FOLDER='${fake.folder}'\n${hangsIn(what)}`;
  await fake.add("apt-get", script);
  const interrupted = new AbortController();
  const installing = installDebianPackages(fake.machine, REQUEST, interrupted.signal, policy);
  await vi.waitFor(() => expect(existsSync(join(fake.folder, "hangs"))).toBe(true), 5_000);
  interrupted.abort();
  await meanwhile(fake.folder);
  const problem = await installing;
  const log = await readFile(join(fake.folder, "apt-get.log"), "utf8");
  return { problem, log: log.trim().split("\n"), left: existsSync(policy) };
}

test.each(["update", "download-only"])(
  "interrupted in %s, apt-get has ended before services may start, and nothing is installed",
  async (what) => {
    const { problem, log, left } = await interruptedIn(what, async () => {});
    expect(problem).toBe("interrupted");
    expect(log).toEqual(["ended, services forbidden"]);
    expect(left).toBe(false);
  },
);

test("packages that are being installed when set-up is interrupted are installed to the end", async () => {
  const { problem, log, left } = await interruptedIn(
    "install --no-install-recommends tini",
    (folder) => writeFile(join(folder, "go"), ""),
  );
  expect(problem).toBeNull();
  expect(log).toEqual(["fetched, services forbidden", "installed, services forbidden"]);
  expect(left).toBe(false);
});
