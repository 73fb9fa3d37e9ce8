import { speaksForItself, type CheckResult } from "./check-result.ts";

/**
 * The whole-pool hold. When every backend fails at once, what they share has failed (the session
 * store that each readiness check asks, the balancer's own link), and a balancer that ejects them
 * all turns a partial outage into a whole one. So a backend whose failures are answers or silence
 * is ejected only if another one passed meanwhile; if all others fail likewise, everybody keeps
 * the state they had, for a while.
 */

/** Whether a pool is held. */
export type Hold =
  | { readonly kind: "off" }
  | { readonly kind: "held"; readonly since: number; readonly until: number }
  /** The time of the hold was up. Judging goes on without it until a check passes. */
  | { readonly kind: "spent" };

/** When a pool is held, and for how long. */
export interface HoldRules {
  readonly enabled: boolean;
  readonly durationMs: number;
  /** Smaller pools are never held. */
  readonly minimumBackends: number;
}

/** What the checks of one backend have shown; monotonic milliseconds, null for never. */
export interface Evidence {
  readonly lastResult: CheckResult | null;
  readonly lastEndedAt: number | null;
  /** When the last check that passed began. */
  readonly passBeganAt: number | null;
  /** When the first failing check of the present streak began; null while it passes. */
  readonly streakBeganAt: number | null;
  /** It was found unhealthy: its failures stand, however seldom it is checked, until it passes. */
  readonly isDown: boolean;
}

/** A pool of that size may be held at all. */
export function mayHold(rules: HoldRules, backends: number): boolean {
  return rules.enabled && backends >= rules.minimumBackends;
}

/**
 * What to do with a backend whose failures suffice.
 *
 * `eject`: it is the backend that fails. `hold`: all the others fail as well, so it is something
 * they share. `wait`: not known yet.
 *
 * @param others the enabled backends of the pool without the suspect
 */
export function judge(suspect: Evidence, others: readonly Evidence[]): "eject" | "hold" | "wait" {
  const since = suspect.streakBeganAt;
  if (since === null || suspect.lastResult === null || speaksForItself(suspect.lastResult)) {
    return "eject";
  }
  if (others.some((other) => other.passBeganAt !== null && other.passBeganAt >= since)) {
    return "eject";
  }
  // One that is simply gone tells nothing about what the pool shares.
  const witnesses = others.filter(
    (other) => other.lastResult === null || !speaksForItself(other.lastResult),
  );
  if (witnesses.length === 0) return "eject";
  return witnesses.every((witness) => failedSince(witness, since)) ? "hold" : "wait";
}

function failedSince(evidence: Evidence, since: number): boolean {
  if (evidence.streakBeganAt === null || evidence.lastEndedAt === null) return false;
  return evidence.isDown || evidence.lastEndedAt >= since;
}
