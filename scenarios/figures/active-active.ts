import { NamespaceEnvironment } from "../../chaos/environment/namespace/namespace-environment.ts";
import { measureCapacity } from "../../chaos/load/saturation/measure-capacity.ts";
import type { RunRecord } from "../../chaos/report/record.ts";
import type { ScenarioDefinition } from "../../chaos/scenario.ts";
import {
  AVAILABILITY,
  FAILED_SHARE,
  HIGH_SHARE,
  IN_FLIGHT,
  LATENCY,
  lossSurvived,
  lossTooMuch,
  LOW_SHARE,
  NODE_CAPACITY,
  RECOVERY,
  refusedAfterLoss,
} from "../active-active.ts";
import { digits, type Figure, type FigureRow } from "./figure.ts";
import { provenance, runForFigure } from "./scenario-run.ts";

const TRIALS = 10;
const CAPACITY_TOLERANCE = 0.1;

type ObjectiveRecord = RunRecord["objectives"][number];

/** The loss of one of two balancers that both serve, at 40 % and at 70 % of a node's measured capacity. */
export async function measureActiveActive(): Promise<Figure> {
  const saturated = await saturate();
  const low = await lossUnder("active-active-survives", lossSurvived(saturated.perSecond));
  const high = await lossUnder("active-active-overloaded", lossTooMuch(saturated.perSecond));
  // The control of the first: the same without retry. Half of the requests were due at the lost balancer.
  const { control, ...definition } = lossSurvived(saturated.perSecond);
  const once = await lossUnder("active-active-without-retry", {
    ...definition,
    ...control.change,
    control,
  });
  const refused = refusedAfterLoss(HIGH_SHARE);
  return {
    title: "Active-active: a balancer lost at 40 % and at 70 % of a node's capacity",
    rows: [
      saturated.row,
      ...[low, high].map((record) => recoveryRow(record)),
      shareRow(low, AVAILABILITY, {
        what: `failed of requests that began after the fault, ${percent(LOW_SHARE)} each`,
        wanted: "0 %",
        held: (failed) => failed.most === 0,
        failed: (value) => 1 - value,
      }),
      lostRow(low),
      shareRow(once, AVAILABILITY, {
        what: "the same without retry",
        wanted: "50 % ± 2: all that are due at the lost balancer",
        held: (failed) => failed.least >= 0.48 && failed.most <= 0.52,
        failed: (value) => 1 - value,
      }),
      shareRow(high, FAILED_SHARE, {
        what: `failed once the survivor had all the load, ${percent(HIGH_SHARE)} each`,
        wanted: `${percent(refused.least)} (1 − 1/load) to ${percent(refused.most)} (Erlang), ± 3`,
        held: (failed) =>
          failed.least >= refused.least - 0.03 && failed.most <= refused.most + 0.03,
        failed: (value) => value,
      }),
      latencyRow(high),
    ],
    method: `Two balancers of ${saturated.method}, a silent kill of one, clients with a connect timeout of 100 ms that try the other address once, ${TRIALS} trials each. ${[low, high, once].map(provenance).join(" ")}`,
  };
}

interface Saturated {
  readonly perSecond: number;
  readonly row: FigureRow;
  readonly method: string;
}

/** The rates come from a saturation run; without one that can be trusted, from Little's law, and the row is missed. */
async function saturate(): Promise<Saturated> {
  const { topology, load } = lossSurvived();
  const record = await measureCapacity(
    { topology, headers: load.headers },
    (logDirectory) => new NamespaceEnvironment({ logDirectory }),
    new AbortController().signal,
    (progress) => {
      if (progress.kind !== "step") return;
      const { connections, perSecond } = progress.step;
      process.stderr.write(`  ${connections} connections: ${digits(perSecond)} requests/s\n`);
    },
  );
  const what = "capacity of a node, requests/s, closed loop";
  const wanted = `${digits(NODE_CAPACITY, 0)} − ${CAPACITY_TOLERANCE * 100} % (connections / service time)`;
  const method = "40 connections and 200 ms of service each";
  if (record.finding.kind !== "capacity") {
    const { kind, reason } = record.finding;
    const row = { what, wanted, measured: `${kind}: ${reason}`, held: false };
    return { perSecond: NODE_CAPACITY, row, method };
  }
  const { perSecond, leastPerSecond, mostPerSecond } = record.finding.capacity;
  const measured = `${digits(perSecond)} (${digits(leastPerSecond)} to ${digits(mostPerSecond)})`;
  const held =
    leastPerSecond >= NODE_CAPACITY * (1 - CAPACITY_TOLERANCE) &&
    mostPerSecond <= NODE_CAPACITY * 1.01;
  return { perSecond, row: { what, wanted, measured, held }, method };
}

async function lossUnder(id: string, definition: ScenarioDefinition): Promise<RunRecord> {
  const sentence = `One of two balancers is lost at ${digits(definition.load.ratePerSecond)} requests a second.`;
  const own = { scenario: { sentence, ...definition }, figure: "active-active" };
  return (await runForFigure(id, TRIALS, own)).record;
}

function recoveryRow(record: RunRecord): FigureRow {
  const objective = objectiveOf(record, RECOVERY);
  const { predicted, summary, verdict, samples } = objective;
  return {
    what: `first answer in the lost one's stead, ${digits(record.load.ratePerSecond, 0)} requests/s`,
    wanted: `${digits(predicted?.floorMs)} to ${digits(predicted?.ceilingMs)}`,
    measured: `median ${digits(summary?.median)}, ${digits(summary?.min)} to ${digits(summary?.max)} (N=${samples})`,
    held: verdict === "pass" && samples === TRIALS,
  };
}

function shareRow(
  record: RunRecord,
  id: string,
  row: {
    readonly what: string;
    readonly wanted: string;
    readonly failed: (value: number) => number;
    readonly held: (failed: { readonly least: number; readonly most: number }) => boolean;
  },
): FigureRow {
  const { summary, samples } = objectiveOf(record, id);
  const { what, wanted } = row;
  if (summary === null) return { what, wanted, measured: "–", held: false };
  const [a, b] = [row.failed(summary.min), row.failed(summary.max)];
  const [least, most] = [Math.min(a, b), Math.max(a, b)];
  return {
    what,
    wanted,
    measured: `median ${percent(row.failed(summary.median))}, ${percent(least)} to ${percent(most)} (N=${samples})`,
    held: row.held({ least, most }) && samples === TRIALS,
  };
}

function lostRow(record: RunRecord): FigureRow {
  const { summary, samples, bound, verdict } = objectiveOf(record, IN_FLIGHT);
  return {
    what: `requests lost that were open at the fault, ${percent(LOW_SHARE)} each`,
    wanted: bound,
    measured: `median ${digits(summary?.median, 0)}, ${digits(summary?.min, 0)} to ${digits(summary?.max, 0)} (N=${samples})`,
    held: verdict === "pass" && samples === TRIALS,
  };
}

function latencyRow(record: RunRecord): FigureRow {
  const { summary, samples, bound, verdict } = objectiveOf(record, LATENCY);
  return {
    what: `p99 of those that the full survivor answered, ${percent(HIGH_SHARE)} each`,
    wanted: bound,
    measured: `median ${digits(summary?.median)}, ${digits(summary?.min)} to ${digits(summary?.max)} (N=${samples})`,
    held: verdict === "pass" && samples === TRIALS,
  };
}

function objectiveOf({ objectives, id }: RunRecord, wanted: string): ObjectiveRecord {
  const found = objectives.find((objective) => objective.id === wanted);
  if (found === undefined) throw new RangeError(`Run ${id} has no objective ${wanted}.`);
  return found;
}

function percent(share: number): string {
  return `${digits(share * 100)} %`;
}
