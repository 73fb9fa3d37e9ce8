import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Command } from "commander";
import { allTopologies } from "../../stacks/topologies/all-topologies.ts";
import { leasePath } from "../../stacks/topology.ts";
import { runCdktf } from "../deploy/cdktf.ts";
import { statePathOf } from "../deploy/check-deployable.ts";
import { CdktfFailed } from "../deploy/errors.ts";
import { namesOf, remainsOf, removeRemains } from "../deploy/remains.ts";
import { idsInState } from "../deploy/terraform-state.ts";
import { UnknownName } from "../environment/errors.ts";
import { Engine } from "../environment/docker/engine.ts";
import { healTopology } from "../environment/docker/heal.ts";
import { isHeld, readLease } from "../environment/docker/lease.ts";
import { reasonOf, WrongUse } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { PROJECT_ROOT } from "../setup/paths.ts";
import { lookOf, stepsTo, type Steps } from "../setup/steps.ts";

/** `evenkeel destroy`: heals, lets cdktf destroy a stack, and removes whatever an interrupted deployment left. */
export function addDestroy(program: Command): void {
  program
    .command("destroy <stack>")
    .description("Destroy a deployed topology: heal, cdktf destroy, and look that nothing is left.")
    .addHelpText(
      "after",
      `
It also cleans up after a deployment that was interrupted. What does not carry the topology's label is
never touched.

Examples:
  evenkeel destroy active-passive
  npm run destroy -- active-passive`,
    )
    .action(async (stack: string) => {
      process.exitCode = await destroy(stack);
    });
}

async function destroy(stackId: string): Promise<ExitCode> {
  const begin = performance.now();
  const steps = stepsTo(
    (line) => process.stdout.write(line),
    lookOf(process.stdout.isTTY, process.env),
  );
  const engine = new Engine();
  const declared = allTopologies().map(({ id }) => id);
  const found = namesOf(await remainsOf(engine, stackId));
  if (!declared.includes(stackId) && found.length === 0) {
    throw new UnknownName("stack", stackId, declared);
  }
  await healFirst(engine, stackId, steps);

  const statePath = statePathOf(PROJECT_ROOT, stackId);
  if (declared.includes(stackId) && existsSync(statePath)) {
    const unknown = await removeUnknown(engine, stackId, idsInState(statePath));
    if (unknown.length > 0) {
      steps.done(`Removed what Terraform did not know of: ${unknown.join(", ")}`);
    }
    steps.doing(`cdktf destroy ${stackId}`);
    const { code, signal } = await runCdktf("destroy", stackId);
    if (signal !== null) return EXIT.interrupted;
    if (code !== 0) {
      throw new CdktfFailed("destroy", stackId, `code ${code}`, "Do what it says, and try again.");
    }
  }
  const removed = namesOf(await removeRemains(engine, stackId, PROJECT_ROOT));
  if (removed.length > 0) {
    steps.done(`Removed what Terraform did not know of: ${removed.join(", ")}`);
    // It would name what is gone.
    if (!declared.includes(stackId)) await rm(statePath, { force: true });
  }
  const left = namesOf(await remainsOf(engine, stackId));
  if (left.length > 0) throw new WrongUse(`Still there: ${left.join(", ")}`, "Try again.");
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  steps.done(`No container, network or volume of ${stackId} is left, after ${seconds} s`);
  return EXIT.pass;
}

/**
 * Removes containers of an interrupted deployment that Terraform has not written down: while they are
 * attached to the network, Terraform cannot remove that.
 */
async function removeUnknown(
  engine: Engine,
  topologyId: string,
  known: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { containers } = await remainsOf(engine, topologyId);
  const unknown = containers.filter(({ id }) => !known.has(id));
  await Promise.all(unknown.map(({ id }) => engine.remove(id)));
  return unknown.map(({ name }) => `container ${name}`);
}

/** Undoes what a runner left behind. What cannot be undone ends with its container. @throws WrongUse */
async function healFirst(engine: Engine, topologyId: string, steps: Steps): Promise<void> {
  const path = leasePath(PROJECT_ROOT, topologyId);
  if (!existsSync(path)) return;
  const lease = await readLease(path);
  if (lease !== null && isHeld(lease)) {
    throw new WrongUse(
      `Process ${lease.runner.pid} is running an experiment on ${topologyId}`,
      "Wait until it has ended, or stop it (Ctrl-C).",
    );
  }
  try {
    steps.doing(`healing ${topologyId}`);
    await healTopology(engine, topologyId, PROJECT_ROOT);
  } catch (error) {
    steps.failed(`It could not be healed, and is destroyed as it is: ${reasonOf(error)}`);
    await rm(path, { force: true });
  }
}
