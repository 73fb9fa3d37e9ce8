import type { Topology } from "../../stacks/topology.ts";
import { topologyDifferences } from "../environment/docker/topology-differences.ts";
import { WrongUse } from "../errors.ts";
import type { FailoverCell } from "./cell.ts";
import type { FailoverRecord } from "./record.ts";

type Timers = FailoverRecord["timers"];

/**
 * The timers that a deployed pair has: they are in its containers, and a run cannot change them.
 *
 * @param asked those that were asked for
 * @throws WrongUse when it is no pair with a floating address, or has other timers than were asked for
 */
export function deployedTimers(deployed: Topology, asked: Partial<Timers>): Timers {
  const { id, virtualAddress } = deployed;
  const [first, second, ...more] = virtualAddress?.owners ?? [];
  if (virtualAddress === undefined || first === undefined || second === undefined || more[0]) {
    throw new WrongUse(
      `The deployed topology ${id} has no floating address that two balancers share`,
      "Deploy one that has: npm run deploy -- active-passive",
    );
  }
  const { advertIntervalMs } = virtualAddress.vrrp;
  const priorities = [first.priority, second.priority] as const;
  const refused = [
    asked.advertIntervalMs === undefined || asked.advertIntervalMs === advertIntervalMs
      ? []
      : `--advert ${asked.advertIntervalMs}ms (deployed: ${advertIntervalMs}ms)`,
    asked.priorities === undefined || String(asked.priorities) === String(priorities)
      ? []
      : `--priorities ${asked.priorities.join(",")} (deployed: ${priorities.join(",")})`,
  ].flat();
  if (refused.length > 0) {
    throw new WrongUse(
      `The timers of ${id} are in its containers, and cannot be ${refused.join(" and ")}`,
      "Leave them out, deploy a pair that has them, or run without --environment docker.",
    );
  }
  return { advertIntervalMs, priorities };
}

/** Cells that a deployed topology can have, and why it cannot have the others. */
export interface CellsOnDeployed {
  readonly possible: readonly FailoverCell[];
  readonly left: FailoverRecord["left"];
}

/** A cell is possible when its topology is the very one that is deployed. */
export function cellsOn(deployed: Topology, cells: readonly FailoverCell[]): CellsOnDeployed {
  const judged = cells.map((cell) => ({
    cell,
    // What people have set stands before the files that follow from it.
    differences: topologyDifferences(deployed, cell.scenario.topology).toSorted(
      (one, other) => rankOf(one) - rankOf(other),
    ),
  }));
  return {
    possible: judged.flatMap(({ cell, differences }) => (differences.length === 0 ? cell : [])),
    left: judged.flatMap(({ cell: { id, title }, differences: [first, ...others] }) => {
      if (first === undefined) return [];
      const more = others.length === 0 ? "" : ", with what follows from it";
      return { id, title, reason: `it needs another topology: ${first}${more}` };
    }),
  };
}

/**
 * Those that are possible.
 *
 * @param named ids that were asked for one by one
 * @throws WrongUse when none is possible, or one that was asked for is not
 */
export function requirePossible(
  { possible, left }: CellsOnDeployed,
  named: readonly string[],
): readonly FailoverCell[] {
  const refused = left.filter(({ id }) => possible.length === 0 || named.includes(id));
  if (refused.length === 0) return possible;
  throw new WrongUse(
    `What is deployed cannot have:\n${refused.map(({ id, reason }) => `  ${id}: ${reason}`).join("\n")}\n`,
    "Leave it out of --fault, or run it without --environment docker.",
  );
}

function rankOf(difference: string): number {
  return difference.startsWith("virtualAddress.") ? 0 : 1;
}
