import { Command, CommanderError } from "commander";
import { EXIT } from "../exit-code.ts";
import { addDoctor } from "./doctor.ts";

/** Every verb, one file each, in the order in which `evenkeel --help` lists them. */
const VERBS: readonly ((program: Command) => void)[] = [addDoctor];

const program = new Command("evenkeel")
  .description("Run a load-balanced topology, break it on purpose, and get a verdict.")
  .helpCommand(false)
  .showHelpAfterError("Run it with --help to see what it takes.")
  .addHelpText(
    "after",
    "\nExit codes: 0 pass, 1 fail, 2 invalid, 3 inconclusive, 4 heal-failed, 64 wrong use or set-up, 130 interrupted.",
  )
  .exitOverride();
for (const addVerb of VERBS) addVerb(program);
// A subcommand does not inherit it once it was made by `command()` before; every one gets it.
for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed what is wrong. Its own code is 0 for --help and --version, else 1.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
}
