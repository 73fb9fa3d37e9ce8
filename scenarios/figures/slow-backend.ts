import { Algorithm } from "../../stacks/constructs/algorithm.ts";
import { ITS_TURNS, LATE_SHARE, slowBackendUnder } from "../slow-backend.ts";
import type { Figure, FigureRow } from "./figure.ts";
import { runForFigure, trusted } from "./scenario-run.ts";

const TRIALS = 3;
const SLOW_FOR_MS = 7_500;

/** One slow backend of eleven, live, under three algorithms: the order of the experiment of 2016. */
export async function measureSlowBackend(): Promise<Figure> {
  const turns = await lateUnder("round-robin", Algorithm.roundRobin());
  const load = await lateUnder("least-connections", Algorithm.leastConnections());
  const latency = await lateUnder("peak-ewma", Algorithm.peakEwma());
  const row = (what: string, wanted: string, late: Late, held: boolean): FigureRow => {
    const percent = (share: number): string => (share * 100).toFixed(2);
    const measured = `median ${percent(late.median)} %, ${percent(late.least)} to ${percent(late.most)} (N=${late.count})`;
    return { what, wanted, measured, held: held && late.count === TRIALS };
  };
  return {
    title: "Live: one slow backend of eleven",
    rows: [
      row(
        "requests too late with round-robin",
        `its turns, ${(ITS_TURNS * 100).toFixed(2)} % ± a tenth`,
        turns,
        turns.least > ITS_TURNS * 0.9 && turns.most < ITS_TURNS * 1.1,
      ),
      row(
        "with least-connections",
        "at most half of that in every trial",
        load,
        load.most <= turns.least / 2,
      ),
      row(
        "with peak-ewma",
        "less than with least-connections in every trial",
        latency,
        latency.most < load.least,
      ),
    ],
    method: `The experiment of Buoyant, "Beyond Round Robin" (2016), at a quarter of its times: 42 ms of work, 500 ms for one of eleven backends during ${SLOW_FOR_MS / 1_000} s, clients that want an answer within 250 ms, 200 new connections a second. Requests that the slow backend answered too late, as a share of all in that time.`,
  };
}

interface Late {
  readonly least: number;
  readonly median: number;
  readonly most: number;
  readonly count: number;
}

async function lateUnder(name: string, algorithm: Algorithm): Promise<Late> {
  const scenario = slowBackendUnder(algorithm, SLOW_FOR_MS);
  const own = { scenario, figure: "slow-backend" };
  const { record } = await runForFigure(`slow-backend-${name}`, TRIALS, own);
  const shares = trusted(record)
    .flatMap(({ objectives }) => objectives[LATE_SHARE]?.measured.value ?? [])
    .toSorted((a, b) => a - b);
  const [least = NaN, median = NaN, most = NaN] = [
    shares[0],
    shares[Math.floor(shares.length / 2)],
    shares.at(-1),
  ];
  return { least, median, most, count: shares.length };
}
