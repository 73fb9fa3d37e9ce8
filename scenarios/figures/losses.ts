import type { RunRecord } from "../../chaos/report/record.ts";
import type { Figure, FigureRow } from "./figure.ts";
import { provenance, runForFigure } from "./scenario-run.ts";

const TRIALS = 10;

/** The scenarios whose objectives are figures: what is lost, and for how long. */
const SCENARIOS = [
  ["balancer-stopped", "Planned stop of the active balancer"],
  ["planned-handover", "Planned stop of the active balancer, lossless, bodies of 100 KB"],
  ["backend-killed", "A backend's process killed at 200 requests a second, service time 50 ms"],
  ["backend-node-killed", "A backend's node silent at 200 requests a second, service time 50 ms"],
  ["session-store-stalled", "The session store stalled for 200 ms and for 5 s"],
] as const;

/** What each of the other scenarios promises, over ten trials. */
export async function measureLosses(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [id, title] of SCENARIOS) {
    const { record } = await runForFigure(id, id === "session-store-stalled" ? 3 : TRIALS);
    figures.push({ title, rows: record.objectives.map(rowOf), method: provenance(record) });
  }
  return figures;
}

function rowOf(objective: RunRecord["objectives"][number]): FigureRow {
  const { title, unit, bound, summary, verdict, samples } = objective;
  const text = (value: number): string =>
    unit === "ms" ? value.toFixed(1) : unit === "count" ? value.toFixed(0) : value.toFixed(3);
  const window =
    objective.predicted === null
      ? ""
      : ` (${text(objective.predicted.floorMs)} to ${text(objective.predicted.ceilingMs)})`;
  return {
    what: title,
    wanted: `${bound}${window}`,
    measured:
      summary === null
        ? "–"
        : `median ${text(summary.median)}, ${text(summary.min)} to ${text(summary.max)} (N=${samples})`,
    held: verdict === "pass",
  };
}
