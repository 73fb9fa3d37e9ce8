import { csvOf } from "../../report/csv.ts";
import type { DoseResponseRecord } from "../record.ts";

/** A line a dose, with the numbers as they are in the record. */
export function renderDoseResponseCsv({ disturbance, curves }: DoseResponseRecord): string {
  return csvOf([
    [
      "disturbance",
      "advert_interval_ms",
      "down_timer_adverts",
      "dose",
      "trials",
      "left_out",
      "moved",
      "share",
      "interval_low",
      "interval_high",
      "predicted",
      "theory_fits",
      "moves",
      "first_move_median_ms",
      "active_ms",
      "run",
    ],
    ...curves.flatMap(({ timers, doses }) =>
      doses.map((dose) => [
        disturbance.id,
        timers.advertIntervalMs,
        timers.downTimerAdverts,
        dose.dose,
        dose.counted,
        dose.notCounted,
        dose.moved,
        dose.share,
        dose.interval?.low ?? null,
        dose.interval?.high ?? null,
        dose.predicted,
        dose.fits,
        dose.moves,
        dose.firstMove?.median ?? null,
        dose.activeMs,
        dose.run.id,
      ]),
    ),
  ]);
}
