import type { PredictedWindow } from "../measurement/predicted-window.ts";
import type { MarkName } from "../report/record.ts";
import type { Scenario } from "../scenario.ts";

/** One way in which the balancer that serves can be lost, or come back, and what theory says of it. */
export interface FailoverCell {
  /** Stable; what `--fault` takes: `silent-kill`. */
  readonly id: string;
  /** For headings and axes: `silent kill`. */
  readonly title: string;
  /** What happens, and why that takes as long as it does. Plain sentences. */
  readonly explanation: string;
  readonly scenario: Scenario;
  readonly predicted: CellPrediction;
}

/** What theory allows in one cell. All times count from the fault, P1. */
export interface CellPrediction {
  /** Null when theory names no end. */
  readonly outage: PredictedWindow | null;
  /** When each mark should come; a mark without a window is not predicted. */
  readonly marks: Readonly<Partial<Record<MarkName, PredictedWindow>>>;
  /** What is said where there is no window. */
  readonly without: string;
}
