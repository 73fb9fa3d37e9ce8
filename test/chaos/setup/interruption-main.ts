import { interruption } from "../../../chaos/setup/interruption.ts";
import { thisMachine } from "../../../chaos/setup/machine.ts";

/** Two signals of a machine that stands still for a while come within it. */
const DUPLICATE_MS = 3_000;

/** Runs what does not heed SIGTERM, until it is interrupted twice. */
const [folder = "."] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const signal = interruption((message) => say(`told: ${message}`), DUPLICATE_MS);
// Registered later, so it runs after the one under test.
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => say(`had ${name}`));
const script = `trap "" TERM; echo $$ > ${folder}/new; mv ${folder}/new ${folder}/pid; exec sleep 60`;
await thisMachine().run(["sh", "-c", script], { timeoutMs: 60_000, graceMs: 60_000, signal });
say("ended");
