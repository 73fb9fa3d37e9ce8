import { eventsAtMost } from "../objectives/objectives.ts";
import type { TrialRecord } from "../report/record.ts";
import type { Objective } from "../scenario.ts";

const ID = "address-stays";

/**
 * Nobody died, so the address stays: its other owner never got it, from the first fault to the end. That is
 * what the interface of the other balancer told, whatever keepalived said.
 */
export function addressStays(): Objective {
  return eventsAtMost({
    id: ID,
    title: "times that the other balancer took the address",
    type: "address.added",
    atMost: 0,
    matches: (event, { hurt }) =>
      event.node !== hurt.owner && event.data["address"] === hurt.topology.virtualAddress?.address,
  });
}

/** How often the address moved in a trial; null when that is not known. */
export function movesOf({ objectives }: Pick<TrialRecord, "objectives">): number | null {
  return objectives[ID]?.measured.value ?? null;
}
