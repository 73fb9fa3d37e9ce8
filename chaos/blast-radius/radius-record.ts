import type { RunRecord } from "../report/record.ts";
import type { Scenario } from "../scenario.ts";

/** The blast radius of a scenario as records and plans have it. */
export function radiusRecord({
  blastRadius = {},
}: Pick<Scenario, "blastRadius">): RunRecord["blastRadius"] {
  const { nodesDown, allowTotalLoss = false } = blastRadius;
  return { nodesDown: nodesDown ?? null, allowTotalLoss };
}

/** `1 node`, `2 nodes`. */
export function nodesText(count: number): string {
  return `${count} ${count === 1 ? "node" : "nodes"}`;
}

/** The same in words: `at most 2 nodes; never all balancers nor all backends of a pool`. */
export function radiusText({ nodesDown, allowTotalLoss }: RunRecord["blastRadius"]): string {
  const most = nodesDown === null ? [] : [`at most ${nodesText(nodesDown)}`];
  const whole = allowTotalLoss
    ? "all balancers, or all backends of a pool, may be"
    : "never all balancers nor all backends of a pool";
  return [...most, whole].join("; ");
}
