import type { Topology } from "../../stacks/topology.ts";
import type { DownNodes } from "../faults/fault.ts";
import type { FaultStep, Scenario } from "../scenario.ts";
import { nodesText } from "./radius-record.ts";
import { wholesOf, type Whole } from "./wholes.ts";

/**
 * Every place at which a scenario takes down more than its blast radius allows, whoever its faults turn
 * out to act on: each with the value and the next step. What depends on that is refused right before the injection, by `DownGuard`.
 */
export function blastProblems({
  topology,
  faults,
  blastRadius = {},
}: Pick<Scenario, "topology" | "faults" | "blastRadius">): readonly string[] {
  const { nodesDown, allowTotalLoss = false } = blastRadius;
  const problems: string[] = [];
  if (nodesDown !== undefined && (!Number.isInteger(nodesDown) || nodesDown < 0)) {
    problems.push(
      `blastRadius: nodesDown is ${nodesDown}. Use a whole number from 0, or leave it out.`,
    );
  }
  const wholes = allowTotalLoss ? [] : wholesOf(topology);
  const told = new Set<Whole>();
  let mostDown = nodesDown ?? Infinity;
  for (const [index, step] of faults.entries()) {
    const down = downAt(faults, index, topology);
    if ((step.fault.takesDown?.(topology) ?? []).length === 0) continue;
    const at = `faults[${index}]: ${step.fault.title} takes`;
    const least = leastDown(down);
    if (least > mostDown) {
      problems.push(
        `${at} ${nodesText(least)} down at once, and blastRadius.nodesDown is ${nodesDown}. Heal those before it (\`forMs\`), or raise it.`,
      );
      // The same again with every further node only.
      mostDown = least;
    }
    for (const whole of wholes) {
      if (told.has(whole) || leastDown(down, whole.ids) < whole.ids.length) continue;
      told.add(whole);
      problems.push(
        `${at} ${whole.title} down at once (${whole.ids.join(", ")}). Leave one of them up, or set blastRadius: { allowTotalLoss: true } and say why.`,
      );
    }
  }
  return problems;
}

/** What is down while a step is active: by itself, by those before it that last, by those that are yet to return. */
function downAt(
  faults: readonly FaultStep[],
  index: number,
  topology: Topology,
): readonly DownNodes[] {
  return faults.flatMap(({ fault, forMs }, at) =>
    (fault.takesDown?.(topology) ?? []).filter(({ when = "during" }) =>
      when === "before" ? at > index : at === index || (at < index && forMs === undefined),
    ),
  );
}

/** How many nodes are down for certain, of these ids. @default of all */
function leastDown(down: readonly DownNodes[], among?: readonly string[]): number {
  const within = down.filter(
    ({ of }) => among === undefined || of.every((id) => among.includes(id)),
  );
  const certain = new Set(
    down.filter(({ count, of }) => count >= of.length).flatMap(({ of }) => of),
  );
  const counted = [...certain].filter((id) => among === undefined || among.includes(id)).length;
  const beyond = within.map(({ count, of }) => count - of.filter((id) => certain.has(id)).length);
  return counted + Math.max(0, ...beyond);
}
