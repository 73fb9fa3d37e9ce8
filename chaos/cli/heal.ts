import type { Command } from "commander";
import { leasesIn } from "../../stacks/topology.ts";
import { Engine } from "../environment/docker/engine.ts";
import { healTopology } from "../environment/docker/heal.ts";
import { reasonOf, WrongUse } from "../errors.ts";
import { EXIT, worstExitCode, type ExitCode } from "../exit-code.ts";
import { askKeeper } from "../lab/keeper-client.ts";
import { labsUp } from "../lab/lab-place.ts";
import { PROJECT_ROOT } from "../setup/paths.ts";
import { lookOf, stepsTo } from "../setup/steps.ts";

/** `evenkeel heal`: brings deployed topologies back to how they were deployed. */
export function addHeal(program: Command): void {
  program
    .command("heal [topology...]")
    .description(
      "Bring deployed topologies and labs that stay back to how they were, whatever was done to them.",
    )
    .addHelpText(
      "after",
      `
Without a topology: every lab that is up, and every topology that is deployed as containers or whose
experiment was not ended. Healing again is harmless. It ends with 4 when something could not be undone.

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
  const up = await labsUp();
  const engine = new Engine();
  const known = [...new Set([...up, ...(await containersOf(engine, wanted, up))])].toSorted();
  const unknown = wanted.filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new WrongUse(
      `There are neither labs nor containers of ${unknown.join(", ")}. There are: ${known.join(", ") || "none"}`,
      "Name one of those, or none for all.",
    );
  }
  const codes: ExitCode[] = [EXIT.pass];
  for (const id of wanted.length > 0 ? wanted : known) {
    steps.doing(`healing ${id}`);
    try {
      if (up.includes(id)) {
        const { faults } = await askKeeper(id, { kind: "heal", faults: "all" }, "healed");
        const active = faults.length === 1 ? "1 fault was" : `${faults.length} faults were`;
        steps.done(`the lab of ${id} is healed: ${active} active`);
      } else {
        await healTopology(engine, id, PROJECT_ROOT);
        steps.done(`${id} is as it was deployed`);
      }
    } catch (error) {
      steps.failed(reasonOf(error));
      codes.push(EXIT.healFailed);
    }
  }
  if (known.length === 0) steps.done("Nothing is deployed, so there is nothing to heal");
  return worstExitCode(codes);
}

/**
 * Topologies that are deployed as containers. Who means a lab needs no engine.
 *
 * @throws what the engine says is wrong, and that no lab is meant, unless labs are all that can be meant
 */
async function containersOf(
  engine: Engine,
  wanted: readonly string[],
  up: readonly string[],
): Promise<readonly string[]> {
  if (wanted.length > 0 && wanted.every((id) => up.includes(id))) return [];
  const leased = leasesIn(PROJECT_ROOT).flatMap(({ lease }) => lease?.topology ?? []);
  try {
    return [...(await engine.topologies()), ...leased];
  } catch (error) {
    if (wanted.length === 0 && leased.length > 0) throw error;
    if (wanted.length === 0 && up.length > 0) return [];
    const missing = wanted.filter((id) => !up.includes(id)).join(", ");
    throw new WrongUse(
      `No lab${missing === "" ? "" : ` of ${missing}`} is up, and containers cannot be looked for`,
      reasonOf(error),
    );
  }
}
