import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderHtml } from "../../chaos/report/html.ts";
import {
  appendEvents,
  appendProbes,
  createRun,
  readRun,
  type LoadedRun,
} from "../../chaos/report/run-folder.ts";
import { digits, type Figure } from "./figure.ts";
import { provenance, runForFigure } from "./scenario-run.ts";

const TRIALS = 100;
const MEASURED = 10;
const ROUNDS = 3;
const MOST_SECONDS = 5;
const MOST_MEGABYTES = 5;

/** How long the report of a hundred trials takes, and how large it is. */
export async function measureReport(): Promise<Figure> {
  const run = await runForFigure("balancer-node-killed", MEASURED);
  const directory = await mkdtemp(join(tmpdir(), "evenkeel-report-"));
  try {
    await writeRepeated(run, directory);
    const rounds: { readonly seconds: number; readonly cpu: number; readonly bytes: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const begin = performance.now();
      const before = process.cpuUsage();
      const page = renderHtml(await readRun(directory));
      const seconds = (performance.now() - begin) / 1_000;
      const { user, system } = process.cpuUsage(before);
      rounds.push({ seconds, cpu: (user + system) / 1e6, bytes: Buffer.byteLength(page) });
    }
    const slowest = Math.max(...rounds.map(({ seconds }) => seconds));
    const most = Math.max(...rounds.map(({ cpu }) => cpu));
    const megabytes = Math.max(...rounds.map(({ bytes }) => bytes)) / 1e6;
    return {
      title: "Report of 100 trials",
      rows: [
        {
          what: "reading the run and rendering its HTML",
          wanted: `at most ${MOST_SECONDS} s`,
          measured: `slowest of ${ROUNDS}: ${digits(slowest, 2)} s; CPU time at most ${digits(most, 2)} s`,
          held: slowest <= MOST_SECONDS,
        },
        {
          what: "size of the HTML file",
          wanted: `at most ${MOST_MEGABYTES} MB`,
          measured: `${digits(megabytes, 2)} MB`,
          held: megabytes <= MOST_MEGABYTES,
        },
      ],
      method: `The ${run.record.trials.length} trials of a real run at ${run.record.load.ratePerSecond} requests a second, each repeated until there were ${TRIALS}, with their events and probes: the sizes are real, the variety is not. Wall time in a process that has rendered before from the second round on. ${provenance(run.record)}`,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Writes a run with as many trials as wanted: those that were measured, over and over. */
async function writeRepeated({ record, events, probes }: LoadedRun, directory: string) {
  const eventsOf = Map.groupBy(events, ({ trial }) => trial);
  const probesOf = Map.groupBy(probes, ({ trial }) => trial);
  const repeated = Array.from({ length: TRIALS }, (_, index) => {
    const trial = record.trials[index % record.trials.length];
    if (trial === undefined) throw new RangeError("The run has no trial to repeat.");
    return { index, trial };
  });
  await createRun(directory, {
    ...record,
    trialsPlanned: TRIALS,
    trials: repeated.map(({ index, trial }) => ({ ...trial, index, repeats: null })),
  });
  for (const { index, trial } of repeated) {
    const own = eventsOf.get(trial.index) ?? [];
    await appendEvents(
      directory,
      index,
      own.map((event) => ({ ...event, trial: index })),
    );
    const sent = probesOf.get(trial.index) ?? [];
    await appendProbes(
      directory,
      index,
      sent.map((probe) => ({ ...probe, trial: index })),
    );
  }
}
