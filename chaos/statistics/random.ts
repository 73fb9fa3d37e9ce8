/**
 * Seeded randomness. Every random choice of an experiment derives from its seed, so that a schedule
 * can be repeated.
 */

/**
 * Generator xoshiro128** (Blackman and Vigna, 2018) with its state filled by splitmix32. Not for
 * secrets.
 *
 * @param seed a whole number; `deriveSeed` gives one for each part of an experiment
 * @returns a function that returns numbers uniform in [0, 1), in steps of 2⁻³²
 * @throws RangeError when the seed is not a safe integer
 */
export function seededRandom(seed: number): () => number {
  let state = checked(seed);
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    return mix(state);
  };
  let [a, b, c, d] = [next(), next(), next(), next()];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result / 2 ** 32;
  };
}

/**
 * A seed for one part of an experiment: `deriveSeed(seed, "trial", 3)`. Different labels give
 * unrelated seeds, and adding a part changes no other.
 *
 * @returns a whole number from 0 to 2³² − 1
 * @throws RangeError when the seed is not a safe integer
 */
export function deriveSeed(seed: number, ...labels: readonly (string | number)[]): number {
  let hash = mix(checked(seed));
  for (const label of labels) {
    // FNV-1a over UTF-16 units; the length keeps ("ab", "c") apart from ("a", "bc").
    const text = `${typeof label}:${label}`;
    hash = Math.imul(hash ^ text.length, 0x01000193);
    for (let at = 0; at < text.length; at += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
    hash = mix(hash);
  }
  return hash >>> 0;
}

function checked(seed: number): number {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(
      `The seed is ${seed}. Use a whole number up to ${Number.MAX_SAFE_INTEGER}.`,
    );
  }
  // The high bits count too, so that large seeds differ.
  return (seed ^ Math.trunc(seed / 2 ** 32)) | 0;
}

/** The finishing steps of splitmix32. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
