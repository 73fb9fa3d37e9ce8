import { parseArgs } from "node:util";
import { IMAGE_NAMES } from "../../../stacks/topology.ts";
import { EXIT } from "../../exit-code.ts";
import { interruption } from "../interruption.ts";
import { thisMachine } from "../machine.ts";
import { setUpLock } from "../set-up-lock.ts";
import { lookOf, stepsTo } from "../steps.ts";
import { buildImages } from "./build-images.ts";
import { layersAsText, layersOf } from "./layers.ts";

/** `npm run images`: makes the engine's images those of the present sources, and says what they weigh. */
const USAGE = `usage: npm run images [-- --fresh]

  --fresh   make the base anew as well, with the Debian packages of today
`;

const write = (line: string): boolean => process.stdout.write(line);
const steps = stepsTo(write, lookOf(process.stdout.isTTY, process.env));
const fresh = isFresh(process.argv.slice(2));
if (fresh === null) {
  process.stderr.write(USAGE);
  process.exitCode = EXIT.usage;
} else {
  const signal = interruption(steps.doing);
  const machine = thisMachine();
  await using _ = await setUpLock(signal, steps);
  const problem = await buildImages({ machine, steps, signal }, fresh);
  if (problem === null) {
    for (const name of Object.values(IMAGE_NAMES)) {
      for (const line of layersAsText(name, await layersOf(machine, name))) write(`${line}\n`);
    }
    steps.done("The images are those of the present sources");
  } else {
    steps.failed(problem);
    process.exitCode = signal.aborted ? EXIT.interrupted : EXIT.usage;
  }
}

/** @returns null when the arguments are wrong */
function isFresh(args: readonly string[]): boolean | null {
  try {
    const { values } = parseArgs({ args: [...args], options: { fresh: { type: "boolean" } } });
    return values.fresh ?? false;
  } catch {
    return null;
  }
}
