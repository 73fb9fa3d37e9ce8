import { Command, CommanderError } from "commander";
import { EXIT } from "../exit-code.ts";
import { failureOf } from "./failure.ts";
import { outliveUnwritableOutput } from "./unwritable-output.ts";
import PACKAGE from "../../package.json" with { type: "json" };

/** Adds a verb by `program.command()`, so that it inherits what is set below. */
type AddVerb = (program: Command) => void;

/**
 * Every verb, one file each, in the order in which `evenkeel --help` lists them. Only the one that is
 * called is loaded: half of them load cdktf or the simulator, which is most of a second of CPU.
 */
const VERBS: Readonly<Record<string, () => Promise<AddVerb>>> = {
  run: async () => (await import("./run.ts")).addRun,
  replay: async () => (await import("./replay.ts")).addReplay,
  plan: async () => (await import("./plan.ts")).addPlan,
  graph: async () => (await import("./graph.ts")).addGraph,
  deploy: async () => (await import("./deploy.ts")).addDeploy,
  heal: async () => (await import("./heal.ts")).addHeal,
  destroy: async () => (await import("./destroy.ts")).addDestroy,
  up: async () => (await import("./up.ts")).addUp,
  status: async () => (await import("./status.ts")).addStatus,
  exec: async () => (await import("./exec.ts")).addExec,
  inject: async () => (await import("./inject.ts")).addInject,
  down: async () => (await import("./down.ts")).addDown,
  simulate: async () => (await import("./simulate.ts")).addSimulate,
  compare: async () => (await import("./compare.ts")).addCompare,
  failover: async () => (await import("./failover.ts")).addFailover,
  "dose-response": async () => (await import("./dose-response.ts")).addDoseResponse,
  capacity: async () => (await import("./capacity.ts")).addCapacity,
  list: async () => (await import("./list.ts")).addList,
  report: async () => (await import("./report.ts")).addReport,
  doctor: async () => (await import("./doctor.ts")).addDoctor,
};

/** What was typed behind the program's name, with `help run` for `run --help`. */
function typed(): readonly string[] {
  const args = process.argv.slice(2);
  const [first, verb] = args;
  if (first !== "help") return args;
  if (verb === undefined) return ["--help"];
  // The help of what is no verb would not say so.
  return Object.hasOwn(VERBS, verb) ? [verb, "--help"] : [verb];
}

/** The verb that is called, or all of them where they have to be listed. */
function wantedVerbs(verb: string | undefined): readonly (() => Promise<AddVerb>)[] {
  const wanted = verb === undefined || !Object.hasOwn(VERBS, verb) ? undefined : VERBS[verb];
  return wanted === undefined ? Object.values(VERBS) : [wanted];
}

const program = new Command("evenkeel")
  .description("Run a load-balanced topology, break it on purpose, and get a verdict.")
  .version(PACKAGE.version, "--version", "print the version")
  .helpCommand(false)
  // What follows the program of `exec` is that program's.
  .enablePositionalOptions()
  .showHelpAfterError("Run it with --help to see what it takes.")
  .addHelpText(
    "after",
    "\nExit codes: 0 pass, 1 fail, 2 invalid, 3 inconclusive, 4 heal-failed, 64 wrong use or set-up, 130 interrupted.",
  )
  .exitOverride();
const args = typed();
for (const load of wantedVerbs(args[0])) (await load())(program);
// After the verbs have inherited theirs: only here it is a verb that may be misspelt.
program.showHelpAfterError(
  `Verbs: ${Object.keys(VERBS).join(", ")}. Run it with --help to see what they do.`,
);

outliveUnwritableOutput();

try {
  await program.parseAsync(args, { from: "user" });
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
