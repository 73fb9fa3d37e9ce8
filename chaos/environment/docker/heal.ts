import { rm } from "node:fs/promises";
import { leasePath } from "../../../stacks/topology.ts";
import { closeJournal } from "../../faults/undo-journal.ts";
import { LabError } from "../errors.ts";
import { bringBackAnew } from "./docker-deployment.ts";
import type { Engine } from "./engine.ts";
import { isHeld, readLease } from "./lease.ts";

/**
 * Brings a deployed topology back to how it was deployed, marks its undo journal as done, and removes
 * the lease. As often as it is asked to, whatever was done or not.
 *
 * @param root the project's folder
 * @param evenIfHeld also while the runner of the lease lives, which would undo what it measures
 * @throws LabError, EngineError with what could not be undone; the lease stays then
 */
export async function healTopology(
  engine: Engine,
  topologyId: string,
  root: string,
  evenIfHeld = false,
): Promise<void> {
  const path = leasePath(root, topologyId);
  const lease = await readLease(path);
  if (lease !== null && isHeld(lease) && !evenIfHeld) {
    throw new LabError(
      `Process ${lease.runner.pid} is running an experiment on ${topologyId}`,
      [],
      "Stop it (Ctrl-C, or SIGTERM): it heals what it did. Killed by force, its watchdog does.",
    );
  }
  const containers = await engine.containersOf(topologyId);
  if (containers.length > 0) await bringBackAnew(engine, topologyId);
  // Without containers nothing is left that could be hurt.
  if (lease?.journal !== undefined) await closeJournal(lease.journal);
  await rm(path, { force: true });
}
