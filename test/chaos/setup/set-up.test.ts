import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkProgram } from "../../../chaos/setup/program.ts";
import type { Purpose, Requirement } from "../../../chaos/setup/requirement.ts";
import { setUp } from "../../../chaos/setup/set-up.ts";
import { stepsTo } from "../../../chaos/setup/steps.ts";
import { fakePrograms, filesOf, type FakePrograms } from "./fake-programs.ts";

const DEBIAN = { read: filesOf({ "/etc/os-release": "ID=debian\n" }) };

/** Two programs of two Debian packages; both are needed for the demo. */
const REQUIREMENTS: readonly Requirement[] = ["tini", "socat"].map((name) => ({
  id: name,
  title: name,
  neededFor: { demo: `does what ${name} does` },
  installation: { kind: "package", packages: { debian: name, fedora: `${name}-rpm` } },
  check: async (machine) =>
    checkProgram(
      {
        names: [name],
        versionArgs: ["--version"],
        version: /version (\S+)/,
        atLeast: "1",
        next: `Install the package ${name}.`,
      },
      machine,
    ),
}));

async function run(fake: FakePrograms, purpose: Purpose = "demo") {
  const lines: string[] = [];
  const code = await setUp({
    purpose,
    requirements: REQUIREMENTS,
    machine: fake.machine,
    steps: stepsTo((line) => lines.push(line.trimEnd()), { color: false, unicode: true }),
  });
  return { code, lines };
}

test("where everything is there, one line says so and nothing is run", async () => {
  await using fake = await fakePrograms(
    {
      tini: "echo version 1.0",
      socat: "echo version 1.7",
      "apt-get": `echo called >> "$0.log"`,
    },
    { ...DEBIAN, uid: 0 },
  );
  const { code, lines } = await run(fake);
  expect(code).toBe(0);
  expect(lines).toEqual(["✓ This machine has everything for demo: tini 1.0, socat 1.7"]);
  await expect(readFile(join(fake.folder, "apt-get.log"))).rejects.toThrow("ENOENT");
});

test("what another purpose needs is not asked for", async () => {
  await using fake = await fakePrograms({}, { ...DEBIAN, uid: 1000 });
  expect((await run(fake, "bench")).code).toBe(0);
});

test("an ordinary user is told the exact command, and nothing is installed", async () => {
  await using fake = await fakePrograms(
    { "apt-get": `echo called >> "$0.log"` },
    { ...DEBIAN, uid: 1000 },
  );
  const { code, lines } = await run(fake);
  expect(code).toBe(64);
  expect(lines).toContain("→ tini does what tini does; tini not found on PATH");
  expect(lines).toContain("✗ tini: tini not found on PATH. Install the package tini.");
  expect(lines.at(-1)).toBe(
    "✗ All packages at once: sudo apt-get install --no-install-recommends tini socat",
  );
  await expect(readFile(join(fake.folder, "apt-get.log"))).rejects.toThrow("ENOENT");
});

test("the command fits the distribution", async () => {
  await using fake = await fakePrograms(
    {},
    { read: filesOf({ "/etc/os-release": "ID=fedora\n" }), uid: 1000 },
  );
  expect((await run(fake)).lines.at(-1)).toBe(
    "✗ All packages at once: sudo dnf install tini-rpm socat-rpm",
  );
});

test("an unknown distribution still gets the next step of each program", async () => {
  await using fake = await fakePrograms({}, { read: () => null, uid: 0 });
  const { code, lines } = await run(fake);
  expect(code).toBe(64);
  expect(lines.at(-1)).toBe("✗ socat: socat not found on PATH. Install the package socat.");
});

test("who is interrupted brings nothing, and waits for no other set-up", async () => {
  await using fake = await fakePrograms(
    { "apt-get": `echo called >> "$0.log"` },
    { ...DEBIAN, uid: 0 },
  );
  const lines: string[] = [];
  const code = await setUp({
    purpose: "demo",
    requirements: REQUIREMENTS,
    machine: fake.machine,
    steps: stepsTo((line) => lines.push(line), { color: false, unicode: true }),
    signal: AbortSignal.abort(),
    lock: async () => Promise.reject(new Error("The lock was asked for.")),
  });
  expect([code, lines]).toEqual([130, []]);
  await expect(readFile(join(fake.folder, "apt-get.log"))).rejects.toThrow("ENOENT");
});

/** Something that no package brings: ready once `marker` stands on the PATH. */
function brought(id: string, bring: (fake: FakePrograms) => Promise<string | null>) {
  return (fake: FakePrograms): Requirement => ({
    id,
    title: id,
    neededFor: { docker: `does what ${id} does` },
    installation: { kind: "brought", bring: () => bring(fake) },
    check: async (machine) =>
      machine.find(id) === null
        ? {
            state: "missing",
            version: null,
            path: null,
            problem: "it is not there",
            next: "Get it.",
          }
        : { state: "ready", version: null, path: null },
  });
}

async function runFor(fake: FakePrograms, requirements: readonly Requirement[]) {
  const lines: string[] = [];
  let locks = 0;
  const code = await setUp({
    purpose: "docker",
    requirements,
    machine: fake.machine,
    steps: stepsTo((line) => lines.push(line.trimEnd()), { color: false, unicode: true }),
    lock: async () => {
      locks += 1;
      return { [Symbol.asyncDispose]: async () => void (locks -= 1) };
    },
  });
  return { code, lines, locks };
}

test("what no package brings is brought in order, and what came along is not brought again", async () => {
  await using fake = await fakePrograms({}, { uid: 1000 });
  const order: string[] = [];
  const requirements = [
    brought("engine", async (at) => {
      order.push("engine");
      await at.add("engine", "");
      await at.add("provider", "");
      return null;
    }),
    brought("provider", async () => {
      order.push("provider");
      return "never asked";
    }),
    brought("images", async (at) => {
      order.push("images");
      await at.add("images", "");
      return null;
    }),
  ].map((make) => make(fake));
  const { code, lines, locks } = await runFor(fake, requirements);
  expect(code).toBe(0);
  expect(order).toEqual(["engine", "images"]);
  expect(lines.slice(-3)).toEqual(["✓ engine", "✓ provider", "✓ images"]);
  // Whoever waits for this set-up may go on.
  expect(locks).toBe(0);
});

test("what cannot be brought is told with its reason and the next step", async () => {
  await using fake = await fakePrograms({}, { uid: 1000 });
  const { code, lines } = await runFor(fake, [brought("engine", async () => "no root")(fake)]);
  expect(code).toBe(64);
  expect(lines.slice(-2)).toEqual([
    "✗ engine was not brought: no root",
    "✗ engine: it is not there. Get it.",
  ]);
});

test("what another set-up brought in the meantime is not brought again", async () => {
  await using fake = await fakePrograms({}, { uid: 1000 });
  const requirement = brought("engine", async () => "never asked")(fake);
  const lines: string[] = [];
  const code = await setUp({
    purpose: "docker",
    requirements: [requirement],
    machine: fake.machine,
    steps: stepsTo((line) => lines.push(line.trimEnd()), { color: false, unicode: true }),
    lock: async () => {
      await fake.add("engine", "");
      return { [Symbol.asyncDispose]: async () => undefined };
    },
  });
  expect(code).toBe(0);
  expect(lines).toEqual([expect.stringContaining("This machine has everything for docker")]);
});
