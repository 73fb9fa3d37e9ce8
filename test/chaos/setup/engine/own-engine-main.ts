import { bringEngine } from "../../../../chaos/setup/engine/start-engine.ts";
import { thisMachine } from "../../../../chaos/setup/machine.ts";
import { ownPlace } from "./own-place.ts";

/** Starts an engine in the folder that is given, as set-up does; ends with 1 when it cannot. */
const place = ownPlace(process.argv[2] ?? "");
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const steps = { doing: tell, done: tell, failed: tell };
process.env["DOCKER_HOST"] = `unix://${place.socket}`;
const problem = await bringEngine({ machine: thisMachine(), steps }, place);
if (problem !== null) {
  tell(problem);
  process.exitCode = 1;
}
