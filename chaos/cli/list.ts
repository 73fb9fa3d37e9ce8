import type { Command } from "commander";
import { loadScenario, scenarioIds } from "./scenario-catalogue.ts";

/** `evenkeel list`: the scenarios there are, with the sentence each one puts to the test. */
export function addList(program: Command): void {
  program
    .command("list")
    .description("List the scenarios, with the sentence each one puts to the test.")
    .option("--json", "print them as JSON")
    .addHelpText("after", "\nExamples:\n  evenkeel list\n  evenkeel list --json")
    .action(async (options: { readonly json?: boolean }) => {
      const scenarios = await Promise.all(
        scenarioIds().map(async (id) => {
          const { sentence, trials, control } = await loadScenario(id);
          return { id, sentence, trials, controlWithout: control.without };
        }),
      );
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(scenarios, null, 2)}\n`);
        return;
      }
      for (const { id, sentence, trials, controlWithout } of scenarios) {
        process.stdout.write(
          `${id}\n  ${sentence}\n  ${trials} trials; its control runs without ${controlWithout} and must fail\n`,
        );
      }
    });
}
