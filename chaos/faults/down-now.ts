import type { Topology } from "../../stacks/topology.ts";
import type { Fault, PreparedFault } from "./fault.ts";

/** Ids of the nodes that a prepared fault would take down if it were injected now. */
export function downNowOf(
  fault: Pick<Fault, "takesDown"> | undefined,
  prepared: PreparedFault,
  topology: Topology,
): readonly string[] {
  if (prepared.downNow !== undefined) return prepared.downNow();
  const down = fault?.takesDown?.(topology).filter(({ when }) => when !== "before") ?? [];
  return down.length === 0 ? [] : [prepared.aim()];
}
