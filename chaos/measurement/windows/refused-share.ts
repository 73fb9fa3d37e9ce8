import { demand } from "./terms.ts";

/** A node that serves so many requests at once and refuses further ones: nobody waits. */
export interface LossNode {
  /** Requests that it serves at once. */
  readonly atOnce: number;
  /** Requests that come, over those that it can serve: 1.4 is 140 % of its capacity. */
  readonly load: number;
}

/** What share of the requests is refused, by theory. */
export interface RefusedShare {
  /** However they arrive: no more than the capacity can be served. */
  readonly least: number;
  /** When they arrive at random, a Poisson stream; evenly spaced ones fare better. */
  readonly most: number;
  /** The formulas with their numbers, for people. */
  readonly because: string;
}

/**
 * The share of requests that a node refuses: at least 1 − 1/load, and by Erlang's loss formula when they
 * arrive at random.
 *
 * @throws RangeError when a term makes no sense
 * @see Erlang 1917, the B formula; the recursion B(n) = aB(n−1) / (n + aB(n−1))
 */
export function refusedShare({ atOnce, load }: LossNode): RefusedShare {
  demand(Number.isInteger(atOnce) && atOnce >= 1, "atOnce", atOnce, "a whole number from 1");
  demand(load > 0, "load", load, "above 0");
  const offered = atOnce * load;
  let blocked = 1;
  for (let servers = 1; servers <= atOnce; servers += 1) {
    blocked = (offered * blocked) / (servers + offered * blocked);
  }
  const least = Math.max(0, 1 - 1 / load);
  const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
  return {
    least,
    most: blocked,
    because: `load ${percent(load)} of ${atOnce} requests at once: 1 − 1/load is ${percent(least)}, Erlang's loss formula ${percent(blocked)}`,
  };
}

/**
 * The load of each balancer that is left, of one that all shared evenly: 0.7 of its capacity each, of
 * two, is 1.4 for the survivor.
 *
 * @param share of its capacity that each carried before
 * @throws RangeError when nobody is left
 */
export function loadOfSurvivors(share: number, balancers: number, lost = 1): number {
  demand(lost < balancers, "lost", lost, `fewer than the ${balancers} balancers`);
  return (share * balancers) / (balancers - lost);
}
