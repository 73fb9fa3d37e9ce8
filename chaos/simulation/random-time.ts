import type { RandomTime } from "./model.ts";

/**
 * A function that draws times in milliseconds, never below 0.
 *
 * The n-th time depends on the stream alone, not on what else is simulated: two policies under one
 * seed get the same work in the same order.
 *
 * @param random uniform in [0, 1)
 */
export function timeSource(time: RandomTime, random: () => number): () => number {
  switch (time.kind) {
    case "constant":
      return () => time.value;
    case "exponential":
      return () => exponential(time.mean, random);
    case "normal":
      return () => Math.max(0, time.mean + time.standardDeviation * standardNormal(random));
    case "pareto": {
      // Inverse of the distribution function of a Pareto truncated at the maximum.
      const kept = 1 - (time.minimum / time.maximum) ** time.shape;
      return () => time.minimum / (1 - random() * kept) ** (1 / time.shape);
    }
    case "mixture": {
      const total = time.parts.reduce((sum, part) => sum + part.share, 0);
      const parts = time.parts.map((part) => ({
        share: part.share / total,
        draw: timeSource(part.time, random),
      }));
      return () => {
        let left = random();
        for (const part of parts) {
          if (left < part.share) return part.draw();
          left -= part.share;
        }
        // Shares add up to 1 but for rounding.
        return parts.at(-1)?.draw() ?? 0;
      };
    }
  }
}

/** The mean in milliseconds, as theory has it; of a normal time without the cut at 0. */
export function meanOf(time: RandomTime): number {
  switch (time.kind) {
    case "constant":
      return time.value;
    case "exponential":
    case "normal":
      return time.mean;
    case "pareto": {
      const { shape, minimum, maximum } = time;
      const kept = 1 - (minimum / maximum) ** shape;
      if (shape === 1) return (minimum * Math.log(maximum / minimum)) / kept;
      const cut = minimum ** shape * (minimum ** (1 - shape) - maximum ** (1 - shape));
      return (shape / (shape - 1)) * (cut / kept);
    }
    case "mixture": {
      const total = time.parts.reduce((sum, part) => sum + part.share, 0);
      return time.parts.reduce((sum, part) => sum + (part.share / total) * meanOf(part.time), 0);
    }
  }
}

/** Exponentially distributed with a mean. */
export function exponential(mean: number, random: () => number): number {
  return -mean * Math.log(1 - random());
}

/** Box and Muller, 1958; the second value is not kept, so that every draw costs two numbers. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
