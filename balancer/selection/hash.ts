const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/**
 * MurmurHash3, the 32-bit variant, of a text whose characters are bytes; higher ones count by their
 * low eight bits. Of the quick hashes without multiplication of 64 bits it is the one that spreads
 * names which differ in their last digit.
 *
 * @returns 0 to 2^32 − 1
 * @see Austin Appleby, SMHasher, MurmurHash3_x86_32
 */
export function murmur3(text: string, seed: number): number {
  const { length } = text;
  const whole = length & ~3;
  let hash = seed | 0;
  for (let at = 0; at < whole; at += 4) {
    const block =
      (text.charCodeAt(at) & 0xff) |
      ((text.charCodeAt(at + 1) & 0xff) << 8) |
      ((text.charCodeAt(at + 2) & 0xff) << 16) |
      (text.charCodeAt(at + 3) << 24);
    hash ^= scrambled(block);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = length - 1; at >= whole; at -= 1) rest = (rest << 8) | (text.charCodeAt(at) & 0xff);
  if (length > whole) hash ^= scrambled(rest);
  return mixed(hash ^ length);
}

/**
 * The finalizer of MurmurHash3: a bijection of 32 bits in which every bit of the input changes half
 * of the output.
 *
 * @returns 0 to 2^32 − 1
 */
export function mixed(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scrambled(block: number): number {
  const product = Math.imul(block, C1);
  return Math.imul((product << 15) | (product >>> 17), C2);
}

/** Seeds that keep the uses of one hash apart. */
export const SEED = {
  key: 0,
  name: 0x9e3779b9,
  stride: 0x7f4a7c15,
  slowStart: 0x5851f42d,
} as const;

/** The hash of a request's key; drawn at random for a request without one. */
export function keyHash(key: string | undefined, random: () => number): number {
  return key === undefined ? Math.floor(random() * 2 ** 32) : murmur3(key, SEED.key);
}
