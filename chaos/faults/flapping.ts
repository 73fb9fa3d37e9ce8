import type { FaultStep } from "../scenario.ts";
import type { Fault } from "./fault.ts";

/** The rhythm of a fault that comes and goes. */
export interface Rhythm {
  /** How long it is active each time. */
  readonly downMs: number;
  /** How long it is healed before it comes again. */
  readonly upMs: number;
  /** How often it comes; at least 1. */
  readonly times: number;
  /** When it comes first. @default 0 */
  readonly afterMs?: number;
}

/**
 * The steps of a fault that comes and goes, such as of a backend that flaps: each time injected, seen
 * to be active, and healed, with a line of its own in the record.
 */
export function flapping(fault: Fault, rhythm: Rhythm): readonly FaultStep[] {
  const { downMs, upMs, times, afterMs = 0 } = rhythm;
  return Array.from({ length: times }, (_, index) => ({
    fault,
    afterMs: index === 0 ? afterMs : upMs,
    forMs: downMs,
  }));
}
