import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { closeUnfinished } from "../../chaos/report/run-folder.ts";
import { PROJECT_ROOT } from "../../chaos/setup/paths.ts";
import { summarize } from "../../chaos/statistics/summary.ts";
import { deriveSeed, seededRandom } from "../../chaos/statistics/random.ts";
import { digits, type Figure } from "./figure.ts";

const MOMENTS = 200;
const SEED = 20_262;
/** Within this time after the kill nothing may be left. */
const GONE_MS = 2_000;
/** Kills without a fault in mind fall anywhere in this time after the run's folder is there. */
const ANYWHERE_MS = 2_500;
/** Kills aimed at an active fault fall this long after its intent was written. */
const AFTER_INTENT_MS = 700;
/** Other timed runs may hold the machine meanwhile. */
const INTENT_DEADLINE_MS = 180_000;
const LOOK_EVERY_MS = 5;
/** A variable that everything below the killed command inherits. */
const MARK = "EVENKEEL_FIGURE";

/** Where Node keeps what it has compiled, for all its programs. */
const COMPILE_CACHE = "node-compile-cache";

const VICTIMS = ["npm", "runner", "lab host", "unshare"] as const;
type Victim = (typeof VICTIMS)[number];

interface Kill {
  readonly victim: Victim;
  readonly faultActive: boolean;
  readonly hadLab: boolean;
  /** Until the last process and namespace was gone; null when something was left. */
  readonly goneMs: number | null;
  readonly residue: readonly string[];
}

/**
 * SIGKILL at random moments: is anything left two seconds later? Each kill has a seed of its own, so
 * that the same one falls at the same moment of its run whatever became of those before it.
 *
 * @param moments how many kills
 */
export async function measureSigkill(moments = MOMENTS): Promise<Figure> {
  const kills: Kill[] = [];
  const begin = performance.now();
  for (let index = 0; index < moments; index += 1) {
    const victim = VICTIMS[index % VICTIMS.length] ?? "runner";
    // Three of four are aimed at an active fault, so that at least half hit one.
    const aimed = index % 4 !== Math.floor(index / 4) % 4;
    let kill: Kill | null = null;
    // A run that had ended by itself was not killed: another one takes its turn.
    for (let attempt = 0; kill === null; attempt += 1) {
      const random = seededRandom(deriveSeed(SEED, "kill", index, attempt));
      kill = await killOnce(victim, aimed, random);
    }
    kills.push(kill);
    const eachS = (performance.now() - begin) / 1_000 / kills.length;
    process.stderr.write(
      `  SIGKILL ${index + 1} of ${moments}: ${victim}, fault ${kill.faultActive ? "active" : "not active"}, ${kill.goneMs === null ? `LEFT: ${kill.residue.join("; ")}` : `gone in ${digits(kill.goneMs, 0)} ms`}; ${digits(eachS)} s each, ${digits((eachS * (moments - kills.length)) / 60)} min to go\n`,
    );
  }
  const gone = summarize(kills.flatMap(({ goneMs }) => (goneMs === null ? [] : [goneMs])));
  const left = kills.filter(({ goneMs }) => goneMs === null);
  const active = kills.filter(({ faultActive }) => faultActive).length;
  const labs = kills.filter(({ hadLab }) => hadLab).length;
  return {
    title: "SIGKILL of npm, the runner, the lab host or unshare",
    rows: [
      {
        what: `process, namespace, mount or file left ${GONE_MS / 1_000} s later`,
        wanted: `0 of ${moments}`,
        measured: `${left.length} of ${moments}; all gone after ${digits(gone?.median, 0)} (median), ${digits(gone?.max, 0)} at most`,
        held: left.length === 0 && kills.length === moments,
      },
      {
        what: "kills with a fault active by the journal",
        wanted: `at least ${moments / 2}`,
        measured: `${active} (and ${labs} with a lab running)`,
        held: active >= moments / 2,
      },
    ],
    method:
      "Each kill hits a run of `balancer-node-killed` started through npm; victims take turns, moments are random from a fixed seed, three of four within 700 ms after the journal says that a fault is being injected. Processes are found by an inherited variable and by their namespaces, zombies aside; files by comparing the project folder and the temporary folder before and after, the run's own folder, logs of npm and the compile cache aside.",
  };
}

async function killOnce(
  victim: Victim,
  aimed: boolean,
  random: () => number,
): Promise<Kill | null> {
  const mark = randomUUID();
  const out = await mkdtemp(join(tmpdir(), "evenkeel-sigkill-"));
  const before = look(out);
  // One trial for what does not end the runner, so that it ends by itself.
  const trials = victim === "npm" || victim === "runner" ? 10 : 1;
  const npm = spawn(
    "npm",
    [
      "run",
      "--silent",
      "evenkeel",
      "--",
      "run",
      "balancer-node-killed",
      "--quiet",
      "--trials",
      String(trials),
      "--seed",
      "1",
      "--out",
      out,
    ],
    { cwd: PROJECT_ROOT, env: { ...process.env, [MARK]: mark }, stdio: "ignore", detached: true },
  );
  const ended = new Promise<void>((resolve) => npm.once("close", () => resolve()));
  try {
    const journal = await journalOf(out);
    if (aimed) {
      await untilIntent(journal);
      await sleep(random() * AFTER_INTENT_MS);
    } else {
      await sleep(random() * ANYWHERE_MS);
    }
    const hadLab = victimPid("lab host", mark, npm.pid ?? -1) !== null;
    const faultActive = pendingIntents(journal) > 0;
    // Before the lab is there, and between two, its processes cannot be killed: the runner is, then.
    const struck =
      strike(victimPid(victim, mark, npm.pid ?? -1)) ||
      strike(victimPid("runner", mark, npm.pid ?? -1)) ||
      strike(npm.pid ?? null);
    if (!struck) return null;
    const begin = performance.now();
    for (;;) {
      const residue = difference(before, look(out), mark);
      const tookMs = performance.now() - begin;
      if (residue.length === 0) return { victim, faultActive, hadLab, goneMs: tookMs, residue };
      if (tookMs > GONE_MS) return { victim, faultActive, hadLab, goneMs: null, residue };
      await sleep(LOOK_EVERY_MS);
    }
  } finally {
    for (const pid of marked(mark)) strike(pid);
    await ended;
    await closeUnfinished(out, () => false);
    await rm(out, { recursive: true, force: true });
  }
}

/** SIGKILL; false when the process has just ended by itself, or there is none. */
function strike(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

async function journalOf(out: string): Promise<string> {
  const end = performance.now() + INTENT_DEADLINE_MS;
  while (performance.now() < end) {
    const [run] = readdirSync(out);
    if (run !== undefined) return join(out, run, "journal.ndjson");
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error("The run to be killed did not begin. Start it by hand to see why.");
}

async function untilIntent(journal: string): Promise<void> {
  const end = performance.now() + INTENT_DEADLINE_MS;
  while (pendingIntents(journal) === 0) {
    if (performance.now() > end) throw new Error("The run to be killed injected nothing.");
    await sleep(LOOK_EVERY_MS);
  }
}

function pendingIntents(journal: string): number {
  if (!existsSync(journal)) return 0;
  const lines = readFileSync(journal, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const states = lines.map((line) => (JSON.parse(line) as { readonly state: string }).state);
  return (
    states.filter((state) => state === "intent").length - states.filter((s) => s === "done").length
  );
}

/** The process to kill, by its place in the tree and its command; null when it is not there. */
function victimPid(victim: Victim, mark: string, npm: number): number | null {
  if (victim === "npm") return npm;
  const commands: Readonly<Record<Exclude<Victim, "npm">, (argv: string) => boolean>> = {
    runner: (argv) => /^\S*node \S*chaos\/cli\/main\.ts run /.test(argv),
    "lab host": (argv) => /^\S*node \S*lab-host\.cjs/.test(argv),
    unshare: (argv) => argv.startsWith("unshare --user "),
  };
  return marked(mark).find((pid) => commands[victim](argvOf(pid))) ?? null;
}

interface Sight {
  readonly namespaces: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
  readonly mounts: ReadonlySet<string>;
}

/** Namespaces, mounts and files that there are now. */
function look(out: string): Sight {
  const namespaces = pids().flatMap((pid) =>
    ["user", "net", "pid", "mnt"].flatMap((kind) => link(`/proc/${pid}/ns/${kind}`) ?? []),
  );
  const inProject = readdirSync(PROJECT_ROOT).map((name) => join(PROJECT_ROOT, name));
  const inTemporary = readdirSync(tmpdir())
    .filter((name) => name !== COMPILE_CACHE)
    .map((name) => join(tmpdir(), name));
  return {
    namespaces: new Set(namespaces),
    files: new Set([...inProject, ...inTemporary].filter((file) => file !== out)),
    mounts: new Set(readFileSync("/proc/self/mounts", "utf8").split("\n")),
  };
}

function difference(before: Sight, now: Sight, mark: string): string[] {
  return [
    ...marked(mark).map((pid) => `process ${pid}: ${argvOf(pid)}`),
    ...[...now.namespaces].filter((n) => !before.namespaces.has(n)).map((n) => `namespace ${n}`),
    ...[...now.mounts].filter((m) => !before.mounts.has(m)).map((m) => `mount ${m}`),
    ...[...now.files].filter((f) => !before.files.has(f)).map((f) => `file ${f}`),
  ];
}

/** Living processes that inherited the mark. */
function marked(mark: string): number[] {
  return pids().filter((pid) => read(`/proc/${pid}/environ`).includes(`${MARK}=${mark}`));
}

/** Every process that is not a zombie. */
function pids(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0 && pid !== process.pid)
    .filter((pid) => !/^State:\s+[ZX]/m.test(read(`/proc/${pid}/status`)));
}

function argvOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // It ended while we looked.
  }
}

function link(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}
