import type { Command } from "commander";
import { leasesIn } from "../../stacks/topology.ts";
import { Engine } from "../environment/docker/engine.ts";
import { healTopology } from "../environment/docker/heal.ts";
import { reasonOf, WrongUse } from "../errors.ts";
import { EXIT, worstExitCode, type ExitCode } from "../exit-code.ts";
import { PROJECT_ROOT } from "../setup/paths.ts";
import { lookOf, stepsTo } from "../setup/steps.ts";

/** `evenkeel heal`: brings deployed topologies back to how they were deployed. */
export function addHeal(program: Command): void {
  program
    .command("heal [topology...]")
    .description(
      "Bring deployed topologies back to how they were deployed, whatever was done to them.",
    )
    .addHelpText(
      "after",
      `
Without a topology: every one that is deployed or whose experiment was not ended. Healing again is
harmless. It ends with 4 when something could not be undone.

Examples:
  evenkeel heal
  evenkeel heal active-passive`,
    )
    .action(async (topologies: readonly string[]) => {
      process.exitCode = await heal(topologies);
    });
}

async function heal(wanted: readonly string[]): Promise<ExitCode> {
  const steps = stepsTo(
    (line) => process.stdout.write(line),
    lookOf(process.stdout.isTTY, process.env),
  );
  const engine = new Engine();
  const deployed = await engine.topologies();
  const leased = leasesIn(PROJECT_ROOT).flatMap(({ lease }) => lease?.topology ?? []);
  const known = [...new Set([...deployed, ...leased])].toSorted();
  const unknown = wanted.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new WrongUse(
      `There are no containers of ${unknown.join(", ")}. Deployed are: ${known.join(", ") || "none"}`,
      "Name one of those, or none for all.",
    );
  }
  const codes: ExitCode[] = [EXIT.pass];
  for (const id of wanted.length > 0 ? wanted : known) {
    steps.doing(`healing ${id}`);
    try {
      await healTopology(engine, id, PROJECT_ROOT);
      steps.done(`${id} is as it was deployed`);
    } catch (error) {
      steps.failed(reasonOf(error));
      codes.push(EXIT.healFailed);
    }
  }
  if (known.length === 0) steps.done("Nothing is deployed, so there is nothing to heal");
  return worstExitCode(codes);
}
