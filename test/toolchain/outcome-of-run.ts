import { readRun } from "../../chaos/report/run-folder.ts";
import { promiseOutcome } from "../scenario-outcome.ts";

/**
 * Prints how a test that rests on a finished run ends: `pass`, or `skip` or `fail` and the reason.
 *
 *     node test/toolchain/outcome-of-run.ts runs/<run>
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Which run? Give its folder as the argument.");
const outcome = promiseOutcome((await readRun(folder)).record);
console.log(outcome.kind === "pass" ? "pass" : `${outcome.kind}: ${outcome.why}`);
