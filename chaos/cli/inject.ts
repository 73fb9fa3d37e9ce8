import type { Command } from "commander";
import { WrongUse } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { WORD_GROUPS } from "../lab/fault-words.ts";
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
The target is the id of a node or link, or "owner": the node that holds the floating address. Several,
separated by commas, are hurt at the same moment. Settings are written key=value; those in brackets may
be left out. It ends with 2 when the fault was not seen to be active.

${faultsAsText()}

Examples:
  evenkeel inject silent-kill owner
  evenkeel inject kill-process lb-a process=keepalived
  evenkeel inject kill app-1,app-2
  evenkeel inject fast-5xx app-1 status=503 share=0.5
  evenkeel inject apply-config lb-a,lb-b pool=app policy=peak-ewma
  evenkeel inject delay-link app--store delayMs=50 jitterMs=10
  evenkeel inject split-brain lb-a,lb-b
  evenkeel heal`,
    )
    .action(
      async (
        name: string,
        target: string,
        words: readonly string[],
        { topology }: { readonly topology?: string },
      ) => {
        const lab = await chosenLab(topology, "--topology");
        const fault = { name, target, settings: settingsOf(words) };
        const answer = await askKeeper(lab, { kind: "inject", fault }, "injected");
        const { id, title, evidence } = answer.fault;
        const seen = seenAs(answer);
        process.stdout.write(`${answer.over ? "-" : id}  ${title}: ${seen}. ${evidence}\n`);
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

function seenAs({ active, over }: { readonly active: boolean; readonly over: boolean }): string {
  if (over) return active ? "done, nothing is left to heal" : "NOT seen to be done";
  return active ? "active" : "NOT seen to be active";
}

function faultsAsText(): string {
  const all = WORD_GROUPS.flatMap(({ words }) => Object.keys(words));
  const width = Math.max(...all.map((name) => name.length));
  return WORD_GROUPS.map(({ title, words }) => {
    const lines = Object.entries(words).flatMap(([name, { about, settings }]) => [
      `  ${name.padEnd(width)}  ${about}`,
      ...Object.entries(settings).map(
        ([key, meaning]) => `  ${" ".repeat(width)}    ${shownKey(key)}: ${meaning}`,
      ),
    ]);
    return [`Faults of ${title}:`, ...lines].join("\n");
  }).join("\n\n");
}

function shownKey(key: string): string {
  return key.endsWith("?") ? `[${key.slice(0, -1)}]` : key;
}
