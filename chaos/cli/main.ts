import { Command, CommanderError } from "commander";
import { EXIT } from "../exit-code.ts";
import { addDeploy } from "./deploy.ts";
import { addDestroy } from "./destroy.ts";
import { addDoctor } from "./doctor.ts";
import { addGraph } from "./graph.ts";
import { addHeal } from "./heal.ts";
import { addList } from "./list.ts";
import { addPlan } from "./plan.ts";
import { addReport } from "./report.ts";
import { addRun } from "./run.ts";
import { addSimulate } from "./simulate.ts";
import { failureOf } from "./failure.ts";

/**
 * Every verb, one file each, in the order in which `evenkeel --help` lists them. Each adds itself by
 * `program.command()`, so that it inherits what is set below.
 */
const VERBS: readonly ((program: Command) => void)[] = [
  addRun,
  addPlan,
  addGraph,
  addDeploy,
  addHeal,
  addDestroy,
  addSimulate,
  addList,
  addReport,
  addDoctor,
];

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
// After the verbs have inherited theirs: only here it is a verb that may be misspelt.
program.showHelpAfterError(
  `Verbs: ${program.commands.map((verb) => verb.name()).join(", ")}. Run it with --help to see what they do.`,
);

// Whoever read what is printed may be gone (`| head`, a runner that died): that is no reason to
// leave a lab and its record behind.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed what is wrong. Its own code is 0 for --help, else 1.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  } else {
    const { text, exitCode } = failureOf(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}
