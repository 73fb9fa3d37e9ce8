import { BACKEND_RANGES } from "../../stacks/backend-ranges.ts";

/** How long a request takes: the same for all, or exponential with a mean. Milliseconds. */
export type ServiceTime =
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "exponential"; readonly meanMs: number };

const LONGEST_MS = BACKEND_RANGES.serviceMs.most;
const DECIMAL = /^\d{1,6}(\.\d{1,6})?$/;

/** Milliseconds written as a decimal, at most ten minutes; undefined when it is not that. */
export function parseServiceMs(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const ms = Number(text);
  return ms <= LONGEST_MS ? ms : undefined;
}

/** A service time written as `constant:MS` or `exponential:MEAN`; undefined when it is not one. */
export function parseServiceTime(text: string): ServiceTime | undefined {
  const [kind, rest, ...more] = text.split(":");
  const ms = parseServiceMs(rest ?? "");
  if (ms === undefined || more.length > 0) return undefined;
  if (kind === "constant") return { kind, ms };
  if (kind === "exponential") return { kind, meanMs: ms };
  return undefined;
}

/**
 * Draws the service time of one request. An exponential draw is cut at ten minutes.
 *
 * @param random uniform in [0, 1), seeded by the caller
 */
export function drawServiceMs(time: ServiceTime, random: () => number): number {
  if (time.kind === "constant") return time.ms;
  return Math.min(LONGEST_MS, -time.meanMs * Math.log1p(-random()));
}

/**
 * A generator of numbers in [0, 1) that repeats itself for the same seed.
 *
 * @param seed a 32-bit integer
 * @see Marsaglia, "Xorshift RNGs" (2003)
 */
export function seededRandom(seed: number): () => number {
  // Zero is the one state that xorshift never leaves; the product spreads small seeds over all bits.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
