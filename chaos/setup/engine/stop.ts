import { thisMachine } from "../machine.ts";
import { lookOf, stepsTo } from "../steps.ts";
import { enginePlace } from "./engine-place.ts";
import { stopEngine } from "./stop-engine.ts";

/** `npm run engine:stop`: stops the engine that set-up started for this project. */
const steps = stepsTo(
  (line) => process.stdout.write(line),
  lookOf(process.stdout.isTTY, process.env),
);
const place = enginePlace();
const ran = await stopEngine(place, thisMachine());
steps.done(
  ran
    ? `The engine of this project is stopped; its images stay in ${place.data}`
    : "No engine of this project runs",
);
