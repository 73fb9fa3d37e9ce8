import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { loadScenario } from "../../chaos/cli/scenario-catalogue.ts";
import type { RunRecord } from "../../chaos/report/record.ts";
import type { LoadedRun } from "../../chaos/report/run-folder.ts";
import { failedAtMost } from "../../chaos/objectives/objectives.ts";
import type { Load, Scenario } from "../../chaos/scenario.ts";
import { RUNS_DIRECTORY } from "../../chaos/setup/paths.ts";
import { trialLogDirectory } from "../../chaos/trial.ts";
import { digits, type Figure, type FigureRow } from "./figure.ts";
import { provenance, runForFigure, trusted } from "./scenario-run.ts";

const KIB_BYTES = 1_024;
/** How many of each must count, and how many requests a drained backend must have in flight. */
const [DRAINS, RESTARTS, HANDOVERS, IN_FLIGHT] = [5, 10, 20, 20];
/** More are run than have to count: on a shared machine some cannot be trusted. */
const HANDOVER_TRIALS = 26;
const [SMALL, FAILED_SMALL] = ["small", "failed-small"];

/** What may be done to a balancer that serves without a lost request. */
export async function measureNothingLost(): Promise<readonly Figure[]> {
  return [await drain(), await restart(), await handover()];
}

async function drain(): Promise<Figure> {
  const run = await runForFigure("backend-drained", DRAINS);
  const counts = trusted(run.record).map(({ index }) => inFlightByLog(run, index));
  const least = counts.length === 0 ? null : Math.min(...counts);
  return {
    title: "Drain",
    rows: [
      lostRow(run.record, "failed requests, most of any drain", DRAINS),
      {
        what: "requests of 500 ms in flight by the backend's log, least of any drain",
        wanted: `at least ${IN_FLIGHT}`,
        measured: digits(least, 0),
        held: least !== null && least >= IN_FLIGHT,
      },
    ],
    method: `An operator drains one of three backends under 200 new connections a second. ${provenance(run.record)}`,
  };
}

async function restart(): Promise<Figure> {
  const { record } = await runForFigure("balancer-replaced", RESTARTS);
  return {
    title: "Hot restart",
    rows: [lostRow(record, "failed requests, most of any replacement", RESTARTS)],
    method: `SIGUSR2 to the balancer's process under 200 new connections a second, 50 ms each. ${provenance(record)}`,
  };
}

async function handover(): Promise<Figure> {
  const planned = await loadScenario("planned-handover");
  const [large, small] = [loadOf(planned, 100), loadOf(planned, 8)];
  const scenario: Scenario = {
    ...planned,
    load: large,
    alongside: [{ ...small, id: SMALL }],
    objectives: [...planned.objectives, failedAtMost(0, { of: SMALL, id: FAILED_SMALL })],
  };
  const { record } = await runForFigure("planned-handover", HANDOVER_TRIALS, {
    scenario,
    figure: "nothing-lost",
  });
  const what = (kib: number): string =>
    `failed requests with responses of ${kib} KiB, most of any handover`;
  return {
    title: "Planned handover",
    rows: [
      lostRow(record, what(8), HANDOVERS, FAILED_SMALL),
      lostRow(record, what(100), HANDOVERS),
    ],
    method: `The owner of the floating address is stopped under 200 new connections a second, half of them for 8 KiB and half for 100 KiB, 50 ms each. ${provenance(record)}`,
  };
}

/** Half of the requests. */
function loadOf({ load }: Scenario, kib: number): Load {
  return {
    ...load,
    ratePerSecond: 100,
    headers: { "x-evenkeel-service-ms": "50", "x-evenkeel-body-bytes": String(kib * KIB_BYTES) },
  };
}

/** Held only when as many trials count as were wanted: too few have shown too little. */
function lostRow(
  record: RunRecord,
  what: string,
  wantedTrials: number,
  objective = "failed-requests",
): FigureRow {
  const values = trusted(record).flatMap(
    ({ objectives }) => objectives[objective]?.measured.value ?? [],
  );
  const most = values.length === 0 ? null : Math.max(...values);
  return {
    what,
    wanted: `0 in ${wantedTrials} trials`,
    measured: `${digits(most, 0)} in ${values.length}`,
    held: most === 0 && values.length >= wantedTrials,
  };
}

/** How many requests the drained backend was working on, as it has written down, when the drain began. */
function inFlightByLog({ record, events }: LoadedRun, index: number): number {
  const begun = events.find(({ trial, type }) => trial === index && type === "backend.draining");
  if (begun === undefined) return 0;
  const directory = trialLogDirectory(join(RUNS_DIRECTORY, basename(record.id)), index);
  const log = join(directory, String(begun.data["backend"]), "requests.ndjson");
  const atNs = BigInt(begun.monotonicNs);
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RequestLine)
    .filter(
      ({ path, startedNs, completedNs }) =>
        path === "/" && BigInt(startedNs) <= atNs && BigInt(completedNs) > atNs,
    ).length;
}

/** What is read of a line of the sample application's log. */
interface RequestLine {
  readonly path: string;
  readonly startedNs: string;
  readonly completedNs: string;
}
