/** How a backend that comes back gets its share again. */
export interface SlowStartOptions {
  /** From the return to the whole share, in milliseconds. */
  readonly windowMs: number;
  /** 1 is a straight line; more begins faster. */
  readonly aggression: number;
  /** The least part of its share, 0 to 1. */
  readonly minimumWeight: number;
}

/**
 * The part of its weight that a backend counts for, 0 to 1.
 *
 * @param ageMs since it came back
 * @see Envoy, slow start: weight × max(minimum, time factor^(1/aggression))
 */
export function slowStartFactor(options: SlowStartOptions, ageMs: number): number {
  if (ageMs >= options.windowMs) return 1;
  const factor = Math.max(0, ageMs / options.windowMs) ** (1 / options.aggression);
  return Math.max(options.minimumWeight, factor);
}
