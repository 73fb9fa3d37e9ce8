import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { WrongUse } from "../errors.ts";
import { askKeeper, chosenLab } from "../lab/keeper-client.ts";
import { labPlace, labsUp } from "../lab/lab-place.ts";

/** A lab ends in a fraction of a second; a busy machine may take longer. */
const ENDED_MS = 30_000;
const LOOK_MS = 20;

/** `evenkeel down`: ends a lab that stays. */
export function addDown(program: Command): void {
  program
    .command("down [topology]")
    .description("End a lab that stays, with everything in it.")
    .addHelpText(
      "after",
      `
Without a topology: the only one that is up. Its logs stay until the next "evenkeel up".

Examples:
  evenkeel down
  evenkeel down active-passive`,
    )
    .action(async (topology: string | undefined) => {
      const id = await chosenLab(topology, null);
      const { status } = await askKeeper(id, { kind: "status" }, "status");
      await askKeeper(id, { kind: "down" }, "down");
      await ended(id, status.keeper);
      process.stdout.write(`The lab of ${id} has ended. Its logs: ${labPlace(id).directory}\n`);
    });
}

/** Resolves when neither keeper nor socket is left. */
async function ended(id: string, keeper: number): Promise<void> {
  const begin = performance.now();
  while ((await labsUp()).includes(id) || lives(keeper)) {
    if (performance.now() - begin > ENDED_MS) {
      throw new WrongUse(
        `The lab of ${id} has not ended within ${ENDED_MS / 1_000} s`,
        `Look at ${labPlace(id).log}; "kill -9 ${keeper}" ends it with everything in it.`,
      );
    }
    await sleep(LOOK_MS);
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
