import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunRecord } from "../../../chaos/report/record.ts";
import { programPath } from "../../../chaos/setup/paths.ts";
import { findProgram } from "../../../chaos/setup/machine.ts";
import {
  descendants,
  evenkeel,
  MAIN,
  startEvenkeel,
  startProgram,
  stillRunning,
  until,
  type Process,
} from "./evenkeel-process.ts";

let runs: string;
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "evenkeel-runs-"))));
afterEach(() => rmSync(runs, { recursive: true }));

/** The only run folder so far; null while there is none. */
function runFolder(): string | null {
  const [name] = readdirSync(runs);
  return name === undefined ? null : join(runs, name);
}

function recordIn(directory: string): RunRecord {
  return JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as RunRecord;
}

function contentOf(file: string): string {
  try {
    return readFileSync(join(runFolder() ?? "", file), "utf8");
  } catch {
    return "";
  }
}

/** How many faults the journal says are to be undone, and how many are. */
function journal(): { readonly intents: number; readonly done: number } {
  const states = contentOf("journal.ndjson").matchAll(/"state":"(intent|done)"/g);
  const all = [...states].map(([, state]) => state);
  const intents = all.filter((state) => state === "intent").length;
  return { intents, done: all.length - intents };
}

function expectClosed(): void {
  const directory = runFolder() ?? "";
  expect(recordIn(directory)).toMatchObject({
    status: "finished",
    verdict: "aborted",
    exitCode: 130,
  });
  expect(readdirSync(directory)).toEqual(expect.arrayContaining(["report.html", "report.md"]));
  expect(journal().done).toBe(journal().intents);
}

/** A scenario whose second fault is active for five seconds: time to interrupt it. */
const LONG = ["run", "session-store-stalled", "--trials", "1", "--seed", "1"];

/** Each phase of a run, and how it is seen from outside. */
const PHASES: readonly (readonly [string, (lab: readonly Process[]) => boolean])[] = [
  [
    "while its lab is deployed",
    // What the machine can do is tried in namespaces too, before there is a record.
    (lab) => contentOf("run.json") !== "" && lab.some(({ command }) => command.includes("unshare")),
  ],
  ["in its steady state", (lab) => lab.some(({ command }) => command.includes("/prober.cjs"))],
  ["with a fault active", () => journal().intents === 2 && journal().done === 1],
];

describe("a run of one trial", () => {
  test("is quiet but for the path of its report when asked to", async () => {
    const { code, stdout, stderr } = await evenkeel([
      ...["run", "backend-killed", "--trials", "1", "--seed", "3", "--out", runs, "--quiet"],
    ]);
    const directory = runFolder() ?? "";
    const { verdict, exitCode } = recordIn(directory);
    expect(code).toBe(exitCode);
    expect(["pass", "fail", "invalid"]).toContain(verdict);
    expect(stdout).toBe(`${join(directory, "report.html")}\n`);
    expect(stderr).toBe("");
  });

  test("prints nothing but JSON when asked to, and its control says what is missing", async () => {
    const { code, stdout, stderr } = await evenkeel([
      ...["run", "backend-killed", "--control", "--trials", "1", "--seed", "3"],
      ...["--out", runs, "--json"],
    ]);
    const printed = JSON.parse(stdout) as RunRecord[];
    expect(printed).toEqual([recordIn(runFolder() ?? "")]);
    expect(printed[0]).toMatchObject({
      status: "finished",
      seed: 3,
      exitCode: code,
      command: "npx evenkeel run backend-killed --control --trials 1 --seed 3",
      scenario: { id: "backend-killed", controlWithout: "checks and retry" },
    });
    expect(stderr).toBe("");
  });
});

describe("interrupted", () => {
  test.each(PHASES)("%s by Ctrl-C, twice, it undoes, records and reports", async (_, reached) => {
    await using running = startEvenkeel([...LONG, "--out", runs]);
    const lab = await until("the phase", () => {
      const seen = descendants(running.pid);
      return reached(seen) && seen;
    });
    const all = [...lab, ...descendants(running.pid)];
    running.child.kill("SIGINT");
    // Not to wait for anything: so much later it is a second Ctrl-C, if there is still somebody.
    await sleep(600);
    running.child.kill("SIGINT");
    const { code, signal, stdout, stderr } = await running.ended;
    expect({ code, signal }).toEqual({ code: 130, signal: null });
    expect(stderr).toContain("Ctrl-C: ending the lab and writing the record.");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(
      `Report: ${join(runFolder() ?? "", "report.html")}`,
    );
    expectClosed();
    expect(stillRunning(all)).toEqual([]);
  });

  test("by SIGTERM with a fault active, it does the same", async () => {
    await using running = startEvenkeel([...LONG, "--out", runs, "--quiet"]);
    await until("an active fault", () => journal().intents === 2);
    const all = descendants(running.pid);
    expect(all.length).toBeGreaterThan(10);
    running.child.kill("SIGTERM");
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("SIGTERM: ending the lab");
    expectClosed();
    expect(stillRunning(all)).toEqual([]);
  });

  test("by SIGTERM when nobody reads what it prints any more, it does the same", async () => {
    await using running = startEvenkeel([...LONG, "--out", runs]);
    await until("an active fault", () => journal().intents === 2);
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(130);
    expectClosed();
  });

  test("before any lab, it starts none", async () => {
    await using running = startEvenkeel([...LONG, "--out", runs]);
    await until("the look at the machine", () => descendants(running.pid).length > 0);
    running.child.kill("SIGINT");
    const { code } = await running.ended;
    expect(code).toBe(130);
    expect(runFolder()).toBeNull();
  });

  test("in the first of two scenarios, it does not begin the second", async () => {
    await using running = startEvenkeel([
      ...["run", "session-store-stalled", "backend-killed", "--trials", "1", "--seed", "1"],
      ...["--out", runs, "--quiet"],
    ]);
    await until("a run", () => contentOf("run.json") !== "");
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    expect(readdirSync(runs)).toHaveLength(1);
    expectClosed();
  });
});

test("when the process that started it is killed, it ends everything within two seconds", async () => {
  // As npm does it, and the colon keeps the shell from replacing itself by the program.
  const command = [process.execPath, MAIN, ...LONG, "--out", runs].map((word) => `'${word}'`);
  await using parent = startProgram(["/bin/sh", "-c", `${command.join(" ")}; :`]);
  await until("an active fault", () => journal().intents === 2);
  const all = descendants(parent.pid);
  expect(all.length).toBeGreaterThan(10);
  parent.child.kill("SIGKILL");
  await until("the end of all", () => stillRunning(all).length === 0, 2_000);
  expectClosed();
});

test("killed, it leaves nothing running, and the next start closes its record", async () => {
  let lab: Process[];
  {
    await using running = startEvenkeel([...LONG, "--out", runs]);
    await until("an active fault", () => journal().intents === 2);
    lab = descendants(running.pid);
    expect(lab.length).toBeGreaterThan(10);
    running.child.kill("SIGKILL");
    expect((await running.ended).signal).toBe("SIGKILL");
  }
  await until("the end of the lab", () => stillRunning(lab).length === 0, 2_000);
  const left = runFolder() ?? "";
  expect(recordIn(left)).toMatchObject({ status: "running", verdict: null });

  await using next = startEvenkeel(["run", "backend-killed", "--trials", "1", "--out", runs]);
  await until("the closing", () => next.stderr().includes("\n"));
  expect(next.stderr()).toBe(`Closed as aborted, its runner had died: ${left}\n`);
  expect(recordIn(left)).toMatchObject({
    status: "finished",
    verdict: "aborted",
    exitCode: 130,
    reasons: ["the runner died"],
  });
  next.child.kill("SIGINT");
  await next.ended;
  const rendered = await evenkeel(["report", left]);
  expect(rendered.code).toBe(0);
  expect(rendered.stdout).toContain("ABORTED");
});

test("a program that the scenario needs and the machine lacks is told before anything starts", async () => {
  const keepalived = findProgram("keepalived", programPath()) ?? "";
  // A mount of our own, for this process alone: a file that cannot be executed covers the program.
  const script = join(runs, "without-keepalived.sh");
  writeFileSync(
    script,
    `#!/bin/sh\nmount --bind /dev/null '${keepalived}' || exit 99\nexec "$@"\n`,
    { mode: 0o755 },
  );
  const out = join(runs, "runs");
  await using running = startProgram([
    ...["unshare", "--user", "--map-root-user", "--mount", script],
    ...[process.execPath, MAIN, "run", "balancer-node-killed", "--trials", "1", "--out", out],
  ]);
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(64);
  expect(stdout).toBe("");
  expect(stderr).toContain("keepalived moves the floating address; keepalived not found on PATH.");
  expect(stderr).toContain("Install the package keepalived");
  expect(stderr).toContain("npm run setup");
  expect(readdirSync(out)).toEqual([]);
});
