import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";

/** Stand for what the script calls: it makes no user here, and its legs end at once. */
const PROGRAMS = {
  npm: `
case "$*" in
  test) echo "1 passed, 0 failed" ;;
  "run demo")
    mkdir run
    echo '{"type":"vrrp.advert"}' > run/events.ndjson
    echo report > run/report.html
    echo "Report: run/report.html" ;;
  "run test:docker") echo "2 passed, 0 failed" ;;
esac`,
  git: 'for last do :; done; mkdir "$last"',
  id: "exit 0",
  getent: 'echo "evenkeel-ci:x:1:1::$FOLDER:/bin/sh"',
  chown: "exit 0",
  setpriv: 'while [ "$1" != env ]; do shift; done; exec "$@"',
};

/** Runs `.ci/run` of a checkout in which this judges the demo. */
async function runWhere(judge: string) {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-ci-"));
  const add = async (path: string, script: string): Promise<void> =>
    writeFile(join(folder, path), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  try {
    for (const path of ["bin", "node_modules/.bin"]) {
      await mkdir(join(folder, path), { recursive: true });
    }
    await cp(join(PROJECT_ROOT, ".ci"), join(folder, ".ci"), { recursive: true });
    for (const [name, script] of Object.entries(PROGRAMS)) await add(join("bin", name), script);
    await add("node_modules/.bin/node", judge);
    const { status, stdout } = spawnSync("bash", [join(folder, ".ci/run")], {
      env: {
        PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
        FOLDER: folder,
        TMPDIR: folder,
      },
      encoding: "utf8",
    });
    return { status, lines: stdout.trimEnd().split("\n") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("a demo that passes counts beside the legs", async () => {
  const { status, lines } = await runWhere("echo pass");
  expect(lines.at(-1)).toBe("4 passed, 0 failed");
  expect(status).toBe(0);
});

test("a demo whose record nobody can judge has failed, and what comes after it is run", async () => {
  const { status, lines } = await runWhere("exit 1");
  expect(lines.at(-2)).toMatch(/^failed: the demo: .*could not be judged/);
  expect(lines.at(-1)).toBe("3 passed, 1 failed");
  expect(status).toBe(1);
});

test("a demo that is skipped says why, and fails nothing", async () => {
  const { status, lines } = await runWhere('echo "skip: CPU was stolen"');
  expect(lines.slice(-2)).toEqual([
    "skipped: the demo: CPU was stolen",
    "3 passed, 0 failed, 1 skipped",
  ]);
  expect(status).toBe(0);
});
