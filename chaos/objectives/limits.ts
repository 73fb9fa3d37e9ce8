import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { Measured } from "../report/record.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { format } from "./wording.ts";

/** The limits that a value of one trial is held to, already widened. */
export interface Limits {
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly widenedBy: number;
  readonly predicted: PredictedWindow | null;
  readonly text: string;
}

/**
 * The limits of one trial; null when the measure that bounds it has no value.
 *
 * @throws what the objective's own code throws
 * @throws RangeError when a limit is no number
 */
export function limitsOf(objective: Objective, data: TrialData): Limits | null {
  const { bound } = objective;
  switch (bound.kind) {
    case "at-most":
      return plain(null, bound.value, `at most ${format(bound.value, objective.unit)}`);
    case "at-least":
      return plain(bound.value, null, `at least ${format(bound.value, objective.unit)}`);
    case "at-most-measure": {
      const ceiling = checked(bound.measure(data));
      return ceiling.value === null
        ? null
        : plain(null, ceiling.value, `at most the ${bound.title}`);
    }
    case "predicted": {
      const window = bound.windowOf?.(data) ?? bound.window;
      const widenedBy = resolutionOf(objective, data) + bound.slackMs;
      const [floorMs, ceilingMs] = [window.floorMs - widenedBy, window.ceilingMs + widenedBy];
      refuseNaN("the floor of its window", floorMs);
      refuseNaN("the ceiling of its window", ceilingMs);
      return {
        // Below 0 as well: what is as quick as theory allows may be seen within its fault's uncertainty.
        atLeast: floorMs,
        atMost: ceilingMs,
        widenedBy,
        predicted: window,
        text: `within the predicted window ± ${format(widenedBy, "ms")}`,
      };
    }
  }
}

function plain(atLeast: number | null, atMost: number | null, text: string): Limits {
  refuseNaN("its bound", atLeast ?? atMost ?? 0);
  return { atLeast, atMost, widenedBy: 0, predicted: null, text };
}

function resolutionOf({ of }: Objective, data: TrialData): number {
  const resolutionMs = of === undefined ? data.resolutionMs : data.alongsideResolutionMs[of];
  if (resolutionMs !== undefined) return resolutionMs;
  throw new RangeError(`nobody knows what load ${of} can tell apart`);
}

function refuseNaN(what: string, value: number): void {
  if (Number.isNaN(value)) throw new RangeError(`${what} is NaN`);
}

/**
 * A value that is no number compares with nothing, so it would pass every bound.
 *
 * @throws RangeError
 */
export function checked(measured: Measured): Measured {
  const number = measured.value === null ? (measured.atLeast ?? 0) : measured.value;
  if (!Number.isNaN(number)) return measured;
  throw new RangeError("it measured NaN");
}
