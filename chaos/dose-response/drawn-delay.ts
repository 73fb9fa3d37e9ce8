import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../faults/fault.ts";
import { seededRandom } from "../statistics/random.ts";

/**
 * The same fault, up to so much later: each time at a moment that the trial's seed draws, so that it
 * keeps no step with what it disturbs.
 *
 * @param upToMs 0 or more; every delay below it is as likely
 */
export function afterDrawnDelay(fault: Fault, upToMs: number): Fault {
  return {
    ...fault,
    prepare: async (deployment, chance = { seed: 0 }) => {
      const prepared = await fault.prepare(deployment, chance);
      const delayMs = seededRandom(chance.seed)() * upToMs;
      return {
        ...(prepared.downNow === undefined ? {} : { downNow: () => prepared.downNow?.() ?? [] }),
        aim: () => prepared.aim(),
        inject: async (context) => {
          await sleep(delayMs, undefined, { signal: context.signal });
          return prepared.inject(context);
        },
        [Symbol.asyncDispose]: () => prepared[Symbol.asyncDispose](),
      };
    },
  };
}
