/** The numbers that an option takes, both ends included. */
export interface OptionRange {
  readonly least: number;
  readonly most: number;
}

/**
 * What the sample application takes for its options: it refuses anything else, and
 * constructs do so before it is started.
 */
export const BACKEND_RANGES = {
  workers: { least: 1, most: 10_000 },
  queue: { least: 0, most: 1_000_000 },
  seed: { least: 0, most: 2 ** 32 - 1 },
  bootDelayMs: { least: 0, most: 600_000 },
  /** Ten minutes; longer is a mistake. */
  serviceMs: { least: 0, most: 600_000 },
} as const satisfies Readonly<Record<string, OptionRange>>;
