import { loadScenario } from "../../chaos/cli/scenario-catalogue.ts";
import type { Scenario } from "../../chaos/scenario.ts";
import { digits, type Figure, type FigureRow } from "./figure.ts";
import { provenance, runForFigure, trusted } from "./scenario-run.ts";

/** Bytes of one. */
const KIB = 1_024;

/** What may be done to a balancer that serves without a lost request. */
export async function measureNothingLost(): Promise<readonly Figure[]> {
  return [await drain(), await restart(), await handover()];
}

async function drain(): Promise<Figure> {
  const { record } = await runForFigure("backend-drained", 5);
  return {
    title: "Drain",
    rows: [
      ...lostRows(record, "failed requests, most of any drain"),
      leastRow(
        record,
        "requests-open",
        "requests of 500 ms open on the backend, least of any drain",
        20,
      ),
    ],
    method: `An operator drains one of three backends under 200 new connections a second. ${provenance(record)}`,
  };
}

async function restart(): Promise<Figure> {
  const { record } = await runForFigure("balancer-replaced", 10);
  return {
    title: "Hot restart",
    rows: lostRows(record, "failed requests, most of any replacement"),
    method: `SIGUSR2 to the balancer's process under 200 new connections a second, 50 ms each. ${provenance(record)}`,
  };
}

async function handover(): Promise<Figure> {
  const planned = await loadScenario("planned-handover");
  const small = await handoverRun(planned, 8 * KIB);
  const large = await handoverRun(planned, 100 * KIB);
  return {
    title: "Planned handover",
    rows: [
      ...lostRows(small.record, "failed requests with responses of 8 KiB, most of any handover"),
      ...lostRows(large.record, "failed requests with responses of 100 KiB, most of any handover"),
    ],
    method: `The owner of the floating address is stopped under 200 new connections a second, 50 ms each. 8 KiB: ${provenance(small.record)} 100 KiB: ${provenance(large.record)}`,
  };
}

function handoverRun(planned: Scenario, bodyBytes: number) {
  const load = {
    ...planned.load,
    ratePerSecond: 200,
    headers: { "x-evenkeel-service-ms": "50", "x-evenkeel-body-bytes": String(bodyBytes) },
  };
  return runForFigure("planned-handover", 20, {
    scenario: { ...planned, load },
    figure: "nothing-lost",
  });
}

/** What a run has recorded. */
type Ran = Awaited<ReturnType<typeof runForFigure>>["record"];

function lostRows(record: Ran, what: string): readonly FigureRow[] {
  const values = valuesOf(record, "failed-requests");
  const most = values.length === 0 ? null : Math.max(...values);
  const counted = `${trusted(record).length} trials`;
  return [
    { what: `${what} (${counted})`, wanted: "0", measured: digits(most, 0), held: most === 0 },
  ];
}

function leastRow(record: Ran, objective: string, what: string, least: number): FigureRow {
  const values = valuesOf(record, objective);
  const smallest = values.length === 0 ? null : Math.min(...values);
  return {
    what,
    wanted: `at least ${least}`,
    measured: digits(smallest, 0),
    held: smallest !== null && smallest >= least,
  };
}

function valuesOf(record: Ran, objective: string): readonly number[] {
  return trusted(record).flatMap(({ objectives }) => objectives[objective]?.measured.value ?? []);
}
