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
