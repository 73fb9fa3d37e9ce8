import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment } from "../environment/environment.ts";
import type { Fault, Verification } from "./fault.ts";
import { deafToVrrp } from "./packet-faults.ts";
import { holdersOfAddress, node } from "./target.ts";
import { together } from "./together.ts";

/** The backup waits for some adverts that do not come before it acts. */
const SECOND_MASTER_MS = 10_000;
const LOOK_EVERY_MS = 10;

/**
 * Balancers do not hear each other's adverts, so that each of them takes the floating address; all else
 * between them goes on. Seen to be active when two of them hold it.
 *
 * @param balancers ids of all that may hold the address
 */
export function splitBrain(balancers: readonly string[]): Fault {
  const title = `split brain of ${balancers.join(" and ")}`;
  const deaf = together(
    balancers.map((id) => deafToVrrp(node(id))),
    title,
  );
  return {
    ...deaf,
    kind: "split-brain",
    prepare: async (...preparing) => {
      const prepared = await deaf.prepare(...preparing);
      const [deployment] = preparing;
      return {
        ...prepared,
        inject: async (context) => ({
          ...(await prepared.inject(context)),
          verify: (signal) => twoMasters(deployment, signal),
        }),
      };
    },
  };
}

async function twoMasters(deployment: Deployment, signal?: AbortSignal): Promise<Verification> {
  const end = performance.now() + SECOND_MASTER_MS;
  for (;;) {
    const holders = holdersOfAddress(deployment).toSorted();
    if (holders.length > 1 || performance.now() >= end) {
      const evidence = `the floating address is held by ${holders.join(" and ") || "nobody"}`;
      return { active: holders.length > 1, evidence };
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
