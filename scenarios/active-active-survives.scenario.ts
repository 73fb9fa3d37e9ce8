import { scenario } from "../chaos/scenario.ts";
import { lossSurvived } from "./active-active.ts";

/** Both balancers serve, and either can carry all: the loss of one costs what was open on it. */
export const activeActiveSurvives = scenario(
  "When two balancers share the load at 40 % of their capacity each and one dies silently, no request that begins later fails.",
  lossSurvived(),
);
