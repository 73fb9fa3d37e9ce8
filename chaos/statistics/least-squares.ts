import { linearRegression } from "simple-statistics";
import type { PhaseFit } from "../report/record.ts";

/** One trial: when in the period the fault fell, and how long the outage was. */
export interface PhasePoint {
  readonly phaseMs: number;
  readonly outageMs: number;
}

/**
 * The straight line through outage against phase, by least squares. The residual standard deviation
 * divides by n − 2, since the line itself was fitted.
 *
 * @returns null below 3 points, or when all have the same phase: no line, or no residual, to speak of
 */
export function fitPhase(points: readonly PhasePoint[]): PhaseFit | null {
  const n = points.length;
  if (n < 3 || new Set(points.map((point) => point.phaseMs)).size < 2) return null;
  const line = linearRegression(points.map((point) => [point.phaseMs, point.outageMs]));
  const squares = points.reduce(
    (sum, { phaseMs, outageMs }) => sum + (outageMs - (line.m * phaseMs + line.b)) ** 2,
    0,
  );
  return {
    slope: line.m,
    interceptMs: line.b,
    residualStandardDeviationMs: Math.sqrt(squares / (n - 2)),
    n,
  };
}
