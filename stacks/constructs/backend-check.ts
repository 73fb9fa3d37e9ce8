import { formatDuration, InvalidDocument } from "../../balancer/index.ts";
import type { Problem } from "../../balancer/index.ts";
import { BACKEND_RANGES, type OptionRange } from "../backend-ranges.ts";
import type { Duration } from "./duration.ts";
import type { ServiceTime } from "./service-time.ts";

/** What the backends of a pool are started with. */
export interface BackendsToCheck {
  /** Id of the pool. */
  readonly pool: string;
  readonly count: number;
  readonly workers: number;
  readonly queue: number;
  /** Of the first backend; each further one gets the next. */
  readonly seed: number;
  readonly bootDelay: Duration | undefined;
  readonly service: ServiceTime | undefined;
}

/**
 * Sees that the sample application would accept its options.
 *
 * @throws InvalidDocument with every problem at once
 */
export function checkBackends(backends: BackendsToCheck): void {
  const { workers, queue, seed, bootDelay, service } = backends;
  const further = Math.max(0, backends.count - 1);
  const seeds = { least: BACKEND_RANGES.seed.least, most: BACKEND_RANGES.seed.most - further };
  const found: Readonly<Record<string, Omit<Problem, "path"> | undefined>> = {
    workers: wholeNumber(workers, BACKEND_RANGES.workers),
    queue: wholeNumber(queue, BACKEND_RANGES.queue),
    seed: wholeNumber(seed, seeds),
    bootDelay: span(bootDelay, BACKEND_RANGES.bootDelayMs),
    service: span(service?.time, BACKEND_RANGES.serviceMs),
  };
  const problems = Object.entries(found).flatMap(([prop, problem]) =>
    problem === undefined ? [] : [{ path: `pools.${backends.pool}.${prop}`, ...problem }],
  );
  if (problems.length > 0) throw new InvalidDocument("The topology", problems);
}

function wholeNumber(
  value: number,
  { least, most }: OptionRange,
): Omit<Problem, "path"> | undefined {
  if (Number.isInteger(value) && value >= least && value <= most) return undefined;
  return {
    value: String(value),
    message: "is not what a backend takes",
    next: `Use a whole number from ${least} to ${most}.`,
  };
}

function span(
  time: Duration | undefined,
  { most }: OptionRange,
): Omit<Problem, "path"> | undefined {
  if (time === undefined || time.toMilliseconds() <= most) return undefined;
  return {
    value: JSON.stringify(time.toString()),
    message: "is longer than a backend takes",
    next: `Use ${formatDuration(most)} at most.`,
  };
}
