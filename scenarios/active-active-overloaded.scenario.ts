import { scenario } from "../chaos/scenario.ts";
import { lossTooMuch } from "./active-active.ts";

/** Neither could carry all: what is too much is refused at once, and the others do not feel it. */
export const activeActiveOverloaded = scenario(
  "When two balancers share the load at 70 % of their capacity each and one dies silently, the survivor serves its capacity and refuses the rest at once.",
  lossTooMuch(),
);
