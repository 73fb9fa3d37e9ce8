import { deriveSeed } from "../statistics/random.ts";
import type { Fault } from "./fault.ts";
import { countOf, shareOf } from "./share-of.ts";
import { together } from "./together.ts";

/** Titles of more faults than that are not read. */
const TITLES = 3;

/**
 * A fault on a share of nodes or links at the same moment, such as on half of a pool. Which ones, the
 * seed of the trial decides; the evidence names them.
 *
 * @param share above 0, at most 1; rounded, and at least one
 * @param things targets, ids of links, or whatever `faultOn` takes
 * @throws RangeError without any, and for another share
 */
export function someOf<T>(
  share: number,
  things: readonly T[],
  faultOn: (thing: T) => Fault,
): Fault {
  const faults = things.map(faultOn);
  // Refuses what can never be chosen from.
  shareOf(faults, share, 0);
  const all = together(faults);
  const titles = faults.map(({ title }) => title);
  const more = titles.length > TITLES ? ` or ${titles.length - TITLES} more` : "";
  return {
    ...all,
    kind: "some-of",
    title: `${countOf(faults.length, share)} of ${faults.length} by the seed: ${titles.slice(0, TITLES).join(" or ")}${more}`,
    takesDown: (topology) => {
      const down = all.takesDown?.(topology) ?? [];
      const of = [...new Set(down.flatMap((one) => one.of))];
      // Each of them takes down as much as any other, or this is not known before the seed has chosen.
      const alike = down.length === faults.length && down.every((one) => one.count === 1);
      return of.length === 0 ? [] : [{ count: alike ? countOf(faults.length, share) : 0, of }];
    },
    prepare: async (deployment, chance = { seed: 0 }) => {
      const { seed } = chance;
      const chosen = together(shareOf(faults, share, deriveSeed(seed, "some-of")));
      const prepared = await chosen.prepare(deployment, chance);
      return {
        ...prepared,
        inject: async (context) => {
          const injected = await prepared.inject(context);
          return {
            ...injected,
            verify: async (signal) => {
              const { active, evidence } = await injected.verify(signal);
              return { active, evidence: `seed ${seed} chose ${chosen.title}: ${evidence}` };
            },
          };
        },
      };
    },
  };
}
