import { scenario } from "../chaos/scenario.ts";
import { reloadUnderLoad } from "./reload.ts";

/** What a running balancer is told, it does, and nobody notices but those whom it concerns. */
export const configurationReloaded = scenario(
  "When a balancer gets one configuration after another, no request fails, shares follow, and no health is forgotten.",
  reloadUnderLoad({ changes: 12, everyMs: 150, ratePerSecond: 200 }),
);
