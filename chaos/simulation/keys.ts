import type { Model } from "./model.ts";

/**
 * Which key a request has, as a number from 0.
 *
 * @param random uniform in [0, 1)
 */
export function keySource(keys: Model["keys"], random: () => number): () => number {
  switch (keys.kind) {
    case "uniform":
      if (keys.count === 1) return () => 0;
      return () => Math.floor(random() * keys.count);
    case "zipf":
      return zipf(keys.count, keys.exponent, random);
    case "shared-address":
      // One number a key, so that the rest of its stream is the same whatever the share.
      return () => {
        const drawn = random();
        if (drawn < keys.share) return 0;
        return 1 + Math.floor(((drawn - keys.share) / (1 - keys.share)) * keys.others);
      };
  }
}

/** How many different keys there are. */
export function keyCountOf(keys: Model["keys"]): number {
  return keys.kind === "shared-address" ? keys.others + 1 : keys.count;
}

/**
 * Ranks from 0 with shares that fall as (rank + 1)^−exponent, by bisection of the distribution
 * function.
 */
function zipf(count: number, exponent: number, random: () => number): () => number {
  const upTo = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank += 1) {
    total += (rank + 1) ** -exponent;
    upTo[rank] = total;
  }
  return () => {
    const wanted = random() * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
