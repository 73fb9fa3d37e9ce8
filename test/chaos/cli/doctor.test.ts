import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import {
  doctorDocument,
  doctorExitCode,
  doctorTable,
  type DoctorDocument,
} from "../../../chaos/cli/doctor.ts";
import type { Finding, Requirement, Surveyed } from "../../../chaos/setup/requirement.ts";
import { REQUIREMENTS } from "../../../chaos/setup/requirements.ts";

const PLAIN = { color: false, unicode: true };
const READY: Finding = { state: "ready", version: "0.19.0", path: "/usr/bin/tini" };
const MISSING: Finding = {
  state: "missing",
  version: null,
  path: null,
  problem: "tini not found on PATH",
  next: "Install the package tini (Debian).",
};

function surveyed(neededFor: Requirement["neededFor"], finding: Finding): Surveyed {
  const requirement: Requirement = {
    id: "tini",
    title: "tini",
    neededFor,
    installation: { kind: "by-hand" },
    check: async () => finding,
  };
  return { requirement, finding };
}

test("the table has a line for each, and says what to do under what is not ready", () => {
  const table = doctorTable(
    [surveyed({ demo: "is process 1" }, READY), surveyed({ test: "is process 1" }, MISSING)],
    PLAIN,
  );
  expect(table).toBe(
    [
      "        version  state    needed for",
      "✓ tini  0.19.0   ready    demo",
      "✗ tini           missing  test",
      "    It is process 1; tini not found on PATH.",
      "    Install the package tini (Debian).",
      "",
      "This machine is ready for: demo, docker, bench.",
      "",
    ].join("\n"),
  );
});

test("what neither the demo nor the tests need is no reason to fail", () => {
  const bench = [surveyed({ bench: "is compared with" }, MISSING)];
  expect(doctorExitCode(bench)).toBe(0);
  expect(doctorTable(bench, PLAIN)).toContain("– tini");
  expect(doctorExitCode([surveyed({ demo: "is process 1" }, MISSING)])).toBe(64);
  expect(doctorExitCode([surveyed({ test: "is process 1" }, MISSING)])).toBe(64);
});

test("the document says of each purpose whether it can be followed", () => {
  const document = doctorDocument([surveyed({ demo: "is process 1" }, MISSING)]);
  expect(document.ready).toEqual({ demo: false, test: true, docker: true, bench: true });
  expect(document.requirements).toEqual([
    {
      id: "tini",
      title: "tini",
      state: "missing",
      version: null,
      path: null,
      neededFor: { demo: "is process 1" },
      problem: "tini not found on PATH",
      next: "Install the package tini (Debian).",
    },
  ]);
});

describe("the command", () => {
  test("prints one JSON document that names every requirement, and ends as it says", async () => {
    const { code, stdout } = await evenkeel(["doctor", "--json"]);
    const document = JSON.parse(stdout) as DoctorDocument;
    expect(document.schema).toBe("evenkeel.doctor/1");
    expect(document.requirements.map(({ id }) => id)).toEqual(REQUIREMENTS.map(({ id }) => id));
    expect(code).toBe(document.ready.demo && document.ready.test ? 0 : 64);
  });

  test("refuses an unknown option with 64, and says where to look", async () => {
    const { code, stderr } = await evenkeel(["doctor", "--frobnicate"]);
    expect(code).toBe(64);
    expect(stderr).toContain("unknown option '--frobnicate'");
    expect(stderr).toContain("--help");
  });
});

async function evenkeel(args: readonly string[]) {
  const launcher = resolve(import.meta.dirname, "../../../chaos/cli/evenkeel.js");
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const child = execFile(process.execPath, [launcher, ...args], (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
