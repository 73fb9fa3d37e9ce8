import { parseArgs } from "node:util";
import { EXIT } from "../exit-code.ts";
import { interruption } from "./interruption.ts";
import { thisMachine } from "./machine.ts";
import { PURPOSES, type Purpose } from "./requirement.ts";
import { REQUIREMENTS } from "./requirements.ts";
import { setUpLock } from "./set-up-lock.ts";
import { setUp } from "./set-up.ts";
import { lookOf, stepsTo } from "./steps.ts";
import { warmCompileCache } from "./warm-compile-cache.ts";

/** `npm run setup -- --for demo|test|docker|bench`: brings this machine to where that works. */
const USAGE = `usage: npm run setup -- --for ${PURPOSES.join("|")}\n`;

const purpose = purposeOf(process.argv.slice(2));
if (purpose === null) {
  process.stderr.write(USAGE);
  process.exitCode = EXIT.usage;
} else {
  const machine = thisMachine();
  const steps = stepsTo(
    (line) => process.stdout.write(line),
    lookOf(process.stdout.isTTY, process.env),
  );
  const signal = interruption(steps.doing);
  process.exitCode = await setUp({
    purpose,
    requirements: REQUIREMENTS,
    machine,
    steps,
    signal,
    lock: async () => setUpLock(signal, steps),
  });
  if (process.exitCode === EXIT.pass && purpose !== "docker") {
    const problem = await warmCompileCache(machine, undefined, signal);
    if (signal.aborted) process.exitCode = EXIT.interrupted;
    else if (problem !== null)
      steps.doing(`Labs will start slower, without a compile cache: ${problem}`);
  }
}

/** @returns null when the arguments are wrong */
function purposeOf(args: readonly string[]): Purpose | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { for: { type: "string", default: "demo" } },
    });
    return PURPOSES.find((known) => known === values.for) ?? null;
  } catch {
    return null;
  }
}
