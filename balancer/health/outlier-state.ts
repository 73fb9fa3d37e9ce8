import type { EjectionRules } from "./outlier-rules.ts";

/**
 * Whether one backend may be picked, judged from live traffic. `ejections` is how often it was
 * ejected of late: the length of the next ejection goes by it.
 */
export type OutlierState =
  | { readonly kind: "admitted"; readonly ejections: number }
  | {
      readonly kind: "ejected";
      readonly ejections: number;
      readonly ejectedAt: number;
      readonly readmitAt: number;
    };

/** A backend of which nothing is known. */
export const ADMITTED: OutlierState = { kind: "admitted", ejections: 0 };

/**
 * The state after an ejection: base time × how often, at most the maximum, and the jitter on top. One
 * that is ejected already stays as it is.
 *
 * @param now monotonic milliseconds
 * @param random uniform in [0, 1)
 * @see Envoy, "Outlier detection", base_ejection_time
 */
export function afterEjection(
  state: OutlierState,
  rules: EjectionRules,
  now: number,
  random: () => number,
): OutlierState {
  if (state.kind === "ejected") return state;
  const ejections = state.ejections + 1;
  const forMs = Math.min(rules.baseMs * ejections, rules.maximumMs) + rules.jitterMs * random();
  return { kind: "ejected", ejections, ejectedAt: now, readmitAt: now + forMs };
}

/** The state after the time is up. */
export function afterReadmission(state: OutlierState): OutlierState {
  return { kind: "admitted", ejections: state.ejections };
}

/** The state after an ejection turned out to be wrong: it does not count. */
export function afterRevocation(state: OutlierState): OutlierState {
  if (state.kind === "admitted") return state;
  return { kind: "admitted", ejections: state.ejections - 1 };
}

/** The state after so many intervals without an ejection. */
export function afterHealthyIntervals(state: OutlierState, intervals: number): OutlierState {
  if (state.kind === "ejected" || state.ejections === 0) return state;
  return { kind: "admitted", ejections: Math.max(0, state.ejections - intervals) };
}
