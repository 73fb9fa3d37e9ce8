import type { Command } from "commander";
import { askKeeper, chosenLab } from "../lab/keeper-client.ts";
import { labsUp } from "../lab/lab-place.ts";
import { renderStatus } from "../lab/render-status.ts";

/** `evenkeel status`: shows the labs that are up. */
export function addStatus(program: Command): void {
  program
    .command("status [topology]")
    .description("Show the labs that are up: nodes, backends as the balancers see them, faults.")
    .option("--json", "print what is known as JSON, an array of labs")
    .addHelpText(
      "after",
      `
Examples:
  evenkeel status
  evenkeel status active-passive --json`,
    )
    .action(async (topology: string | undefined, { json }: { readonly json?: boolean }) => {
      const ids = topology === undefined ? await labsUp() : [await chosenLab(topology, null)];
      const answers = ids.map((id) => askKeeper(id, { kind: "status" }, "status"));
      const labs = (await Promise.all(answers)).map(({ status }) => status);
      if (json === true) process.stdout.write(`${JSON.stringify(labs, null, 2)}\n`);
      else if (labs.length === 0) {
        process.stdout.write('No lab is up. Start one with "evenkeel up active-passive".\n');
      } else process.stdout.write(labs.map(renderStatus).join("\n"));
    });
}
