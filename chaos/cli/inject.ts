import type { Command } from "commander";
import { WrongUse } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { FAULT_WORDS } from "../lab/fault-words.ts";
import { askKeeper, chosenLab } from "../lab/keeper-client.ts";

/** `evenkeel inject`: breaks a lab that stays by hand. */
export function addInject(program: Command): void {
  program
    .command("inject <fault> <target> [settings...]")
    .description('Break a lab that stays by hand; "evenkeel heal" undoes it.')
    .option("--topology <id>", "which lab (default: the only one that is up)")
    .addHelpText(
      "after",
      `
The target is the id of a node or link, or "owner": the node that holds the floating address. Settings
are written key=value. It ends with 2 when the fault was not seen to be active.

Faults:
${faultsAsText()}

Examples:
  evenkeel inject silent-kill owner
  evenkeel inject kill-process lb-a process=keepalived
  evenkeel inject behave app-1 status=503 share=0.5
  evenkeel heal`,
    )
    .action(
      async (
        name: string,
        target: string,
        words: readonly string[],
        { topology }: { readonly topology?: string },
      ) => {
        const lab = await chosenLab(topology);
        const fault = { name, target, settings: settingsOf(words) };
        const answer = await askKeeper(lab, { kind: "inject", fault }, "injected");
        const { id, title, evidence } = answer.fault;
        const seen = answer.active ? "active" : "NOT seen to be active";
        process.stdout.write(`${id}  ${title}: ${seen}. ${evidence}\n`);
        process.exitCode = answer.active ? EXIT.pass : EXIT.invalid;
      },
    );
}

function settingsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const wrong = words.filter((word) => !/^[A-Za-z0-9]+=/.test(word));
  if (wrong.length > 0) {
    throw new WrongUse(`${wrong.join(" ")} is no setting`, "Write settings as key=value.");
  }
  return Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
  );
}

function faultsAsText(): string {
  const width = Math.max(...Object.keys(FAULT_WORDS).map((name) => name.length));
  return Object.entries(FAULT_WORDS)
    .flatMap(([name, { about, settings }]) => [
      `  ${name.padEnd(width)}  ${about}`,
      ...Object.entries(settings).map(
        ([key, meaning]) => `  ${" ".repeat(width)}    ${key.replace("?", "")}: ${meaning}`,
      ),
    ])
    .join("\n");
}
