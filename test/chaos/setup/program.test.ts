import { expect, test } from "vitest";
import { checkProgram, lastLine, type ProgramCheck } from "../../../chaos/setup/program.ts";
import { fakePrograms } from "./fake-programs.ts";

const check: ProgramCheck = {
  names: ["keepalived"],
  versionArgs: ["--version"],
  version: /Keepalived v(\S+)/,
  atLeast: "2.2",
  next: "Install the package keepalived.",
};

test("a program of the right version is ready, even if it tells its version on standard error", async () => {
  await using fake = await fakePrograms({ keepalived: 'echo "Keepalived v2.2.7 (2022)" >&2' });
  expect(await checkProgram(check, fake.machine)).toEqual({
    state: "ready",
    version: "2.2.7",
    path: `${fake.folder}/keepalived`,
  });
});

test("a program that is not on the PATH is missing, and the next step is told", async () => {
  await using fake = await fakePrograms({});
  expect(await checkProgram(check, fake.machine)).toMatchObject({
    state: "missing",
    problem: "keepalived not found on PATH",
    next: "Install the package keepalived.",
  });
});

test("an old program is told with both versions", async () => {
  await using fake = await fakePrograms({ keepalived: "echo Keepalived v2.0.19" });
  expect(await checkProgram(check, fake.machine)).toMatchObject({
    state: "too-old",
    version: "2.0.19",
    problem: expect.stringMatching(/is version 2\.0\.19, and 2\.2 or later is needed$/),
  });
});

test("a program that cannot run is broken, with what it said", async () => {
  await using fake = await fakePrograms({
    keepalived: 'echo "libnl-3.so: cannot open shared object file" >&2; exit 127',
  });
  expect(await checkProgram(check, fake.machine)).toMatchObject({
    state: "broken",
    problem: expect.stringContaining("cannot open shared object file"),
  });
});

test("a program whose version has an unknown form is accepted without one", async () => {
  await using fake = await fakePrograms({ keepalived: "echo built from git" });
  expect(await checkProgram(check, fake.machine)).toMatchObject({ state: "ready", version: null });
});

test("a program without its companion is missing, and the companion is named", async () => {
  await using fake = await fakePrograms({ unshare: "echo unshare from util-linux 2.38.1" });
  const found = await checkProgram(
    { ...check, names: ["unshare"], along: ["nsenter", "setpriv"] },
    fake.machine,
  );
  expect(found).toMatchObject({
    state: "missing",
    problem: "nsenter, setpriv not found on PATH",
  });
});

test("the first of several names that is there is taken", async () => {
  await using fake = await fakePrograms({ "google-chrome": "echo Keepalived v120" });
  const found = await checkProgram(
    { ...check, names: ["chromium", "google-chrome"] },
    fake.machine,
  );
  expect(found).toMatchObject({ state: "ready", path: `${fake.folder}/google-chrome` });
});

test("the last line that says something is taken, without its full stop", () => {
  expect(lastLine("one\ntwo.\n\n")).toBe("two");
  expect(lastLine("")).toBe("(it said nothing)");
});
