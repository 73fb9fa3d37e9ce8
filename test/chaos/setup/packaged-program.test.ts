import { expect, test } from "vitest";
import { packagedProgram, withFurtherCheck } from "../../../chaos/setup/packaged-program.ts";
import { fakePrograms } from "./fake-programs.ts";

const KETTLE = packagedProgram("kettle", "Kettle", {
  neededFor: { demo: "boils water" },
  packages: { debian: "kettle", fedora: "kettle-ng", arch: "kettle" },
  check: {
    names: ["kettle"],
    versionArgs: ["--version"],
    version: /kettle (\S+)/,
    atLeast: "2",
  },
});

test("without the program its packages are named, each once with those who call it so", async () => {
  await using fake = await fakePrograms({});
  expect(await KETTLE.check(fake.machine)).toMatchObject({
    state: "missing",
    next: "Install the package kettle (Debian, Ubuntu, Arch) or kettle-ng (Fedora).",
  });
});

test("it is installed by its packages, and only a program that brings services names them", () => {
  expect(KETTLE.installation).toEqual({
    kind: "package",
    packages: { debian: "kettle", fedora: "kettle-ng", arch: "kettle" },
  });
  const served = packagedProgram("kettle", "Kettle", {
    neededFor: {},
    packages: {},
    services: ["kettle.service"],
    check: { names: ["kettle"], versionArgs: [], version: /(.)/, atLeast: "2" },
  });
  expect(served.installation).toMatchObject({ services: ["kettle.service"] });
});

test("a further check is given what was found, and has the last word", async () => {
  await using fake = await fakePrograms({ kettle: "echo kettle 2.5" });
  const cold = withFurtherCheck(KETTLE, async (_, found) => ({
    state: "broken",
    version: found.version,
    path: null,
    problem: "it is cold",
    next: "Plug it in.",
  }));
  expect(cold).toMatchObject({ id: "kettle", installation: { kind: "package" } });
  expect(await cold.check(fake.machine)).toMatchObject({ state: "broken", version: "2.5" });
});
