import { keySource } from "./keys.ts";
import type { Model } from "./model.ts";
import { timeSource } from "./random-time.ts";

/** What is drawn for each arrival, each from a stream of its own. */
export interface Draws {
  readonly workMs: () => number;
  readonly idleMs: () => number;
  readonly key: () => number;
  readonly balancer: () => number;
  readonly luck: () => number;
}

/** A stream of numbers uniform in [0, 1) for everything that has a name. */
export type Streams = (...labels: readonly (string | number)[]) => () => number;

/**
 * What arrivals of a model draw. What it has no use for is not drawn; that depends on the model alone,
 * not on the policy.
 */
export function drawsOf(model: Model, stream: Streams): Draws {
  const fails = model.changes.some(({ becomes }) => becomes.kind === "failing");
  return {
    workMs: timeSource(model.work, stream("work")),
    idleMs: model.idle === undefined ? nothing : timeSource(model.idle, stream("idle")),
    key: keySource(model.keys, stream("keys")),
    balancer: model.balancers.count === 1 ? nothing : stream("balancers"),
    luck: fails ? stream("failures") : nothing,
  };
}

function nothing(): number {
  return 0;
}
