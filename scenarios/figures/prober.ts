import { mkdtemp, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NamespaceEnvironment } from "../../chaos/environment/namespace/namespace-environment.ts";
import { probePlan } from "../../chaos/load/probe-plan.ts";
import { ProberStream } from "../../chaos/load/prober-stream.ts";
import { takeTimedLock } from "../../chaos/measurement/timed-lock.ts";
import { activePassive } from "../../stacks/topologies/active-passive.ts";
import { freshLoad } from "../fresh-load.ts";
import { digits, type Figure } from "./figure.ts";

const RATE = 1_000;
const RUNS = 3;
const RUN_MS = 10_000;
/** The first connections compile the prober; a trial's steady state waits for that as well. */
const WARM_UP_MS = 2_000;
const MOST_LAG_MS = 2;
/** Of random arrivals; a run each. */
const SEED = 20_261;

/** How late the prober is at a thousand requests a second, with the lab beside it on the same machine. */
export async function measureProber(): Promise<Figure> {
  const constant = [];
  const random = [];
  for (let run = 0; run < RUNS; run += 1) {
    constant.push(await runOnce({ kind: "constant" }, run));
    random.push(await runOnce({ kind: "poisson" }, run));
  }
  return {
    title: "Prober",
    rows: [rowOf("every millisecond", constant), rowOf("at random, 1,000 a second", random)],
    method: `New connections through the balancer that holds the floating address of the active-passive lab, ${RUNS} runs of ${RUN_MS / 1_000} s each after ${WARM_UP_MS / 1_000} s of warming up, alternating. Sent − intended, by the prober's own account; the worst run is judged. Balancer and backends have the same cores, and the prober waits for its turn: with a real-time priority it was 0.4 to 1.2 ms late ([why it has none](decisions.md#judging)).`,
  };
}

type Run = Awaited<ReturnType<typeof runOnce>>;

function rowOf(arrivals: string, runs: readonly Run[]) {
  const worst = Math.max(...runs.map(({ quality }) => quality.lagP99Ms));
  const each = (pick: (run: Run) => number) => runs.map((run) => digits(pick(run), 2)).join(", ");
  const failed = runs.reduce((sum, run) => sum + run.failed, 0);
  const dropped = runs.reduce((sum, { quality }) => sum + quality.dropped, 0);
  const sent = runs.reduce((sum, { quality }) => sum + quality.sent, 0);
  return {
    what: `lag of requests ${arrivals}, p99`,
    wanted: `below ${MOST_LAG_MS}, none dropped`,
    measured: `${each(({ quality }) => quality.lagP99Ms)} (p50 ${each(({ quality }) => quality.lagP50Ms)}; max ${each(({ quality }) => quality.lagMaxMs)}; ${sent} sent, ${dropped} dropped, ${failed} failed; ${each(({ quality }) => quality.cpuShare)} of a core)`,
    held: worst < MOST_LAG_MS && dropped === 0 && sent >= (RUNS * RATE * RUN_MS * 0.98) / 1_000,
  };
}

async function runOnce(arrivals: { readonly kind: "constant" | "poisson" }, run: number) {
  const logDirectory = await mkdtemp(join(tmpdir(), "evenkeel-figures-"));
  try {
    const { topology, ...parts } = activePassive();
    await using _lock = await takeTimedLock(new AbortController().signal);
    await using deployment = await new NamespaceEnvironment({ logDirectory }).deploy(topology);
    const load = { ...freshLoad(parts, { ratePerSecond: RATE }), arrivals };
    const trial = { run: "prober", trial: run, seed: SEED + run, maxDurationMs: 60_000 };
    await using stream = await ProberStream.start(
      deployment.node(parts.client.id),
      probePlan(load, trial),
    );
    await sleep(WARM_UP_MS);
    const before = stream.records.length;
    stream.accountAnew();
    await sleep(RUN_MS);
    const quality = await stream.stop();
    const failed = stream.records.slice(before).filter(({ outcome }) => outcome !== "ok").length;
    return { quality, failed };
  } finally {
    await rm(logDirectory, { recursive: true, force: true });
  }
}
