/**
 * How a balancer goes, as an immutable value. All times are monotonic milliseconds.
 *
 *   lame-duck ──► draining ──► cutting
 *
 * - `lame-duck`: not ready, every answer closes its connection; who is in front notices and leaves
 * - `draining`: accepts nothing and closes what is idle; what is in flight finishes
 * - `cutting`: what is left is cut
 */
export type Departure =
  | {
      readonly phase: "lame-duck";
      /** Not over before. */
      readonly until: number;
      /** The floating address is waited for until then; null when it is not here. */
      readonly addressUntil: number | null;
    }
  | { readonly phase: "draining"; readonly until: number }
  | { readonly phase: "cutting" };

/** How long each phase lasts, in milliseconds. */
export interface DepartureRules {
  readonly lameDuckMs: number;
  /** How long keepalived may take to give the floating address away; null without one. */
  readonly addressMs: number | null;
  readonly drainMs: number;
}

/**
 * What can happen meanwhile: time passes, keepalived has given the floating address away, the last
 * client has gone, or somebody is in a hurry.
 */
export type DepartureEvent = "time" | "address-gone" | "emptied" | "hurried";

/** The first moment of it. */
export function beginDeparture(rules: DepartureRules, now: number): Departure {
  const { lameDuckMs, addressMs } = rules;
  const addressUntil = addressMs === null ? null : now + addressMs;
  return settled({ phase: "lame-duck", until: now + lameDuckMs, addressUntil }, rules, now);
}

/** What it is after something has happened. */
export function afterDeparture(
  before: Departure,
  event: DepartureEvent,
  rules: DepartureRules,
  now: number,
): Departure {
  if (before.phase === "cutting") return before;
  if (event === "hurried") return { phase: "cutting" };
  if (before.phase === "draining" || event === "time") return settled(before, rules, now);
  // Whoever left has noticed; the address is another matter.
  const after = event === "emptied" ? { ...before, until: now } : { ...before, addressUntil: null };
  return settled(after, rules, now);
}

/** When time alone changes it; null for never. */
export function departureDueAt(departure: Departure): number | null {
  switch (departure.phase) {
    case "lame-duck":
      return Math.max(departure.until, departure.addressUntil ?? 0);
    case "draining":
      return departure.until;
    case "cutting":
      return null;
  }
}

function settled(departure: Departure, rules: DepartureRules, now: number): Departure {
  const dueAt = departureDueAt(departure);
  if (dueAt === null || now < dueAt) return departure;
  return departure.phase === "lame-duck"
    ? settled({ phase: "draining", until: now + rules.drainMs }, rules, now)
    : { phase: "cutting" };
}
