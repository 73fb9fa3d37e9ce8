import type { HashTable } from "./consistent-hash.ts";

/** One point of the ring, as `points` of `ringTable` tells it. */
export type AddPoint = (hash: number, owner: number) => void;

/** Points that are handled between two yields. */
const SLICE = 2_048;
/** Points that share a bucket on average: few enough to look through. */
const PER_BUCKET = 4;

/**
 * Builds a ring of 2^32 positions on which every owner has points; a key belongs to the first point
 * at or after its hash. Where two owners have the same point, the one that `before` names first
 * has it, so that the ring does not depend on the order of the configuration.
 *
 * Points are sorted into buckets by their leading bits, so that a key's point is found in constant
 * time, and so that building can be sliced.
 *
 * @param count points in all
 * @param points tells every point, and yields from time to time
 */
export function* ringTable(
  count: number,
  points: (add: AddPoint) => Generator<void, void>,
  before: (a: number, b: number) => boolean,
): Generator<void, HashTable> {
  const hashes = uninitialized(count);
  const owners = uninitialized(count);
  let told = 0;
  yield* points((hash, owner) => {
    hashes[told] = hash;
    owners[told] = owner;
    told += 1;
  });

  const bits = Math.max(1, Math.ceil(Math.log2(count / PER_BUCKET)));
  const shift = 32 - bits;
  const starts = new Uint32Array(2 ** bits + 1);
  for (let from = 0; from < count; from += SLICE) {
    for (let i = from; i < Math.min(from + SLICE, count); i += 1)
      starts[(hashes[i]! >>> shift) + 1]! += 1;
    yield;
  }
  for (let from = 1; from < starts.length; from += SLICE) {
    const end = Math.min(from + SLICE, starts.length);
    for (let bucket = from; bucket < end; bucket += 1) starts[bucket]! += starts[bucket - 1]!;
    yield;
  }
  yield;
  const sorted = uninitialized(2 * count);
  const filled = new Uint32Array(2 ** bits);
  for (let from = 0; from < count; from += SLICE) {
    for (let i = from; i < Math.min(from + SLICE, count); i += 1) {
      const hash = hashes[i]!;
      const owner = owners[i]!;
      const bucket = hash >>> shift;
      const first = starts[bucket]!;
      let at = first + filled[bucket]!;
      filled[bucket]! += 1;
      for (; at > first; at -= 1) {
        const other = sorted[2 * at - 2]!;
        const otherOwner = sorted[2 * at - 1]!;
        if (other < hash || (other === hash && !before(owner, otherOwner))) break;
        sorted[2 * at] = other;
        sorted[2 * at + 1] = otherOwner;
      }
      sorted[2 * at] = hash;
      sorted[2 * at + 1] = owner;
    }
    yield;
  }
  return new Ring(sorted, starts, shift);
}

/** Clearing the memory of a large ring would hold up the event loop for many milliseconds. */
function uninitialized(count: number): Uint32Array {
  return new Uint32Array(Buffer.allocUnsafeSlow(4 * count).buffer);
}

class Ring implements HashTable {
  /** Hash and owner of each point side by side: one look into memory finds both. */
  readonly #points: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #shift: number;

  constructor(points: Uint32Array, starts: Uint32Array, shift: number) {
    this.#points = points;
    this.#starts = starts;
    this.#shift = shift;
  }

  find(hash: number): number {
    const points = this.#points;
    let at = 2 * this.#starts[hash >>> this.#shift]!;
    while (at < points.length && points[at]! < hash) at += 2;
    return at === points.length ? 0 : at >> 1;
  }

  ownerAt(position: number): number {
    return this.#points[2 * position + 1]!;
  }

  after(position: number): number {
    return 2 * position + 2 === this.#points.length ? 0 : position + 1;
  }
}
