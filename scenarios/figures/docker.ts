import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { namesOf, remainsOf } from "../../chaos/deploy/remains.ts";
import { DockerEnvironment } from "../../chaos/environment/docker/docker-environment.ts";
import { Engine } from "../../chaos/environment/docker/engine.ts";
import { runExperiment } from "../../chaos/experiment.ts";
import { killNode } from "../../chaos/faults/kill-node.ts";
import { addressOwner } from "../../chaos/faults/target.ts";
import { pendingIntents } from "../../chaos/faults/undo-journal.ts";
import { PROJECT_ROOT, RUNS_DIRECTORY } from "../../chaos/setup/paths.ts";
import { terraformEnvironment } from "../../chaos/setup/provider/check-provider.ts";
import { summarize } from "../../chaos/statistics/summary.ts";
import { seededRandom } from "../../chaos/statistics/random.ts";
import { leasePath } from "../../stacks/topology.ts";
import { balancerNodeKilled } from "../balancer-node-killed.scenario.ts";
import { digits, type Figure } from "./figure.ts";
import { provenance, trusted } from "./scenario-run.ts";

const { topology } = balancerNodeKilled;
const ID = topology.id;
const MAIN = join(PROJECT_ROOT, "chaos", "cli", "main.ts");
const DEPLOY_S = 25;
const TRIALS = 10;
const KILLS = 20;
const SEED = 20_263;
/** Kills fall this long after an intent was written; a node is started again some two seconds later. */
const AFTER_INTENT_MS = 500;
const HEAL_DEADLINE_MS = 180_000;
const LOOK_EVERY_MS = 5;

const run = promisify(execFile);

/** The flagship deployed, planned again, and destroyed. */
export async function measureDeployment(): Promise<Figure> {
  await evenkeel("destroy", ID);
  const begin = performance.now();
  await evenkeel("deploy", ID);
  const deployS = (performance.now() - begin) / 1_000;
  const planCode = await secondPlan();
  await evenkeel("destroy", ID);
  const left = namesOf(await remainsOf(new Engine(), ID));
  return {
    title: "Docker: the flagship deployed",
    rows: [
      {
        what: "deploy, images present, until every node is ready",
        wanted: `at most ${DEPLOY_S} s`,
        measured: `${digits(deployS)} s`,
        held: deployS <= DEPLOY_S,
      },
      {
        what: "exit code of a second `terraform plan -detailed-exitcode`",
        wanted: "0",
        measured: String(planCode),
        held: planCode === 0,
      },
      {
        what: "containers, networks and volumes after destroy",
        wanted: "0",
        measured: left.length === 0 ? "0" : left.join(", "),
        held: left.length === 0,
      },
    ],
    method: `\`npm run deploy -- ${ID}\` through cdktf and the real provider, 8 containers; \`npm run destroy\` afterwards.`,
  };
}

async function evenkeel(...args: readonly string[]): Promise<void> {
  await run(process.execPath, [MAIN, ...args], { cwd: PROJECT_ROOT, maxBuffer: 2 ** 26 });
}

async function secondPlan(): Promise<number> {
  const argv = [
    `-chdir=cdktf.out/stacks/${ID}`,
    "plan",
    "-input=false",
    "-detailed-exitcode",
  ] as const;
  const env = { ...process.env, ...terraformEnvironment() };
  return run("terraform", argv, { cwd: PROJECT_ROOT, env, maxBuffer: 2 ** 26 }).then(
    () => 0,
    (error: { readonly code: number }) => error.code,
  );
}

/** The outage when the owner of the floating address is killed as by `docker kill`. */
export async function measureKill(): Promise<Figure> {
  await evenkeel("deploy", ID);
  const { record } = await runExperiment({
    scenario: {
      ...balancerNodeKilled,
      faults: [{ fault: killNode(addressOwner, { silent: false }), afterMs: 0 }],
    },
    id: "balancer-node-killed",
    trials: TRIALS,
    seed: SEED,
    runsDirectory: RUNS_DIRECTORY,
    control: false,
    command: "npm run figures -- Docker",
    signal: new AbortController().signal,
    environment: (logDirectory) =>
      new DockerEnvironment({
        logDirectory,
        lease: { root: PROJECT_ROOT, journal: join(logDirectory, "../../journal.ndjson") },
      }),
    onProgress: (progress) => {
      if (progress.kind !== "trial") return;
      const { index, verdict, outage } = progress.trial;
      process.stderr.write(`  kill ${index + 1}: ${verdict}, ${digits(outage.value)} ms\n`);
    },
  });
  const trials = trusted(record);
  const outages = summarize(trials.flatMap(({ outage }) => outage.value ?? []));
  const inside = trials.filter(({ verdict }) => verdict === "pass").length;
  const [window] = balancerNodeKilled.predictions;
  return {
    title: "Docker: failover of the floating address, node killed",
    rows: [
      {
        what: `outage within the lab's window (${digits(window?.floorMs)} to ${digits(window?.ceilingMs)}), widened by resolution, uncertainty and 20`,
        wanted: `${trials.length} of ${trials.length}`,
        measured: `${inside}; median ${digits(outages?.median)}, ${digits(outages?.min)} to ${digits(outages?.max)}`,
        held: trials.length > 0 && inside === trials.length,
      },
      {
        what: "trials that can be trusted",
        wanted: `at least ${TRIALS / 2}`,
        measured: `${trials.length} of ${record.trials.length}`,
        held: trials.length >= TRIALS / 2,
      },
    ],
    method: `Every process of the owner is killed at once, as Docker does; advert interval 100 ms. ${provenance(record)}`,
  };
}

interface Kill {
  readonly active: boolean;
  /** Until the lease was gone; null when it never was. */
  readonly healedMs: number | null;
  readonly whole: boolean;
}

/** SIGKILL of the runner while a fault is active: does the watchdog heal? */
export async function measureKills(): Promise<Figure> {
  await evenkeel("deploy", ID);
  const random = seededRandom(SEED);
  const kills: Kill[] = [];
  while (kills.length < KILLS) {
    const kill = await killOnce(random);
    // A run that had healed its fault by then says nothing.
    if (!kill.active) continue;
    kills.push(kill);
    process.stderr.write(
      `  SIGKILL ${kills.length} of ${KILLS}: ${kill.whole ? `healed in ${digits(kill.healedMs, 0)} ms` : "LEFT"}\n`,
    );
  }
  const healed = summarize(kills.flatMap(({ healedMs }) => healedMs ?? []));
  const whole = kills.filter((kill) => kill.whole && kill.healedMs !== null).length;
  return {
    title: "Docker: SIGKILL of the runner with a fault active",
    rows: [
      {
        what: "healed by the watchdog: lease gone, every node runs, is connected and ready",
        wanted: `${KILLS} of ${KILLS}`,
        measured: `${whole} of ${KILLS}; after ${digits(healed?.median, 0)} (median), ${digits(healed?.max, 0)} at most`,
        held: whole === KILLS,
      },
    ],
    method: `Runs of \`balancer-node-killed\` on the deployed flagship, killed at random moments within ${AFTER_INTENT_MS} ms after the journal says that a fault is being injected, and only counted when the journal says that it was active. Afterwards every node is looked at.`,
  };
}

async function killOnce(random: () => number): Promise<Kill> {
  const out = await mkdtemp(join(tmpdir(), "evenkeel-docker-"));
  const args = ["run", "balancer-node-killed", "--environment", "docker", "--trials", "10"];
  const runner = spawn(process.execPath, [MAIN, ...args, "--out", out, "--quiet"], {
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => runner.once("close", () => resolve()));
  try {
    const active = (): boolean =>
      readdirSync(out)
        .map((name) => join(out, name, "journal.ndjson"))
        .some((path) => existsSync(path) && pendingIntents(readFileSync(path, "utf8")).length > 0);
    while (!active() && runner.exitCode === null) await sleep(LOOK_EVERY_MS);
    await sleep(random() * AFTER_INTENT_MS);
    runner.kill("SIGKILL");
    await ended;
    const wasActive = active();
    const begin = performance.now();
    const lease = leasePath(PROJECT_ROOT, ID);
    while (existsSync(lease) && performance.now() - begin < HEAL_DEADLINE_MS) {
      await sleep(LOOK_EVERY_MS);
    }
    const healedMs = existsSync(lease) ? null : performance.now() - begin;
    return { active: wasActive, healedMs, whole: await isWhole() };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** Whether every node runs, is connected and is ready. */
async function isWhole(): Promise<boolean> {
  try {
    await using deployment = await new DockerEnvironment().attach(ID);
    const seen = await Promise.all(topology.nodes.map(({ id }) => deployment.node(id).inspect()));
    return seen.every(
      ({ running, stopped, connected }) => running > 0 && stopped === 0 && connected,
    );
  } catch {
    return false;
  }
}
