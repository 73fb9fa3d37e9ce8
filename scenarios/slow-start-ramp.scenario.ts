import { scenario } from "../chaos/scenario.ts";
import { slowStartUnderLoad } from "./slow-start.ts";

/** A process that has just started has cold caches: its share of the requests grows with its age. */
export const slowStartRamp = scenario(
  "When a backend comes back, its share of the requests grows along the curve of its slow start.",
  slowStartUnderLoad({ windowMs: 3_000, ratePerSecond: 200, parts: 4, minimumExpected: 15 })
    .definition,
);
