import type { ObjectiveRecord, RunRecord } from "../record.ts";
import type { Reference } from "../reference.ts";

/** The one quantity that a report shows first. */
export interface Headline {
  /** `outage`, or the title of an objective. */
  readonly title: string | Reference;
  readonly unit: ObjectiveRecord["unit"];
  /** Reference of its `Summary`. */
  readonly summary: Reference;
  /** Reference of its predicted window, if theory gives one. */
  readonly window: Reference | null;
  /** Reference of an upper bound that is a number, if there is one. */
  readonly atMost: Reference | null;
  /** Reference of the trial's own value, given the trial's position. */
  readonly ofTrial: (position: number) => Reference;
}

/** Reference of the predicted window for a quantity (`outage`, `detection`), or null. */
export function windowOf(record: RunRecord, quantity: string): Reference | null {
  const position = record.predictions.findIndex((window) => window.of === quantity);
  if (position >= 0) return `/predictions/${position}`;
  const objective = record.objectives.findIndex((one) => one.predicted?.of === quantity);
  return objective >= 0 ? `/objectives/${objective}/predicted` : null;
}

/**
 * What to show first: the outage when theory or an objective speaks of it, else the first objective
 * that was measured, else the outage alone, else nothing.
 */
export function headlineOf(record: RunRecord): Headline | null {
  const outage: Headline = {
    title: "outage",
    unit: "ms",
    summary: "/outage",
    window: windowOf(record, "outage"),
    atMost: null,
    ofTrial: (position) => `/trials/${position}/outage/value`,
  };
  const measured = record.objectives.findIndex((objective) => objective.summary !== null);
  if (record.outage !== null && (outage.window !== null || measured < 0)) return outage;
  const objective = record.objectives[measured];
  if (objective === undefined) return null;
  return {
    title: `/objectives/${measured}/title`,
    unit: objective.unit,
    summary: `/objectives/${measured}/summary`,
    window:
      objective.predicted === null || objective.unit !== "ms"
        ? null
        : `/objectives/${measured}/predicted`,
    atMost: objective.atMost === null ? null : `/objectives/${measured}/atMost`,
    ofTrial: (position) => sampleOf(position, objective.id),
  };
}

/** Reference of what an objective measured in a trial. */
export function sampleOf(position: number, objectiveId: string): Reference {
  const key = objectiveId.replaceAll("~", "~0").replaceAll("/", "~1");
  return `/trials/${position}/objectives/${key}/measured/value`;
}
