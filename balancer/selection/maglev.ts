import { ConsistentHash, type HashTable } from "./consistent-hash.ts";
import { keyHash, mixed, murmur3, SEED } from "./hash.ts";
import { weightOf } from "./members.ts";
import type { Candidate } from "./policy.ts";

/** How a Maglev table is made. */
export interface MaglevOptions {
  /** Entries; a prime, at least a hundred times the candidates. */
  readonly tableSize: number;
}

/** Entries that are filled between two yields. */
const SLICE = 4_096;

/**
 * Consistent hashing by a table in which everybody has the same number of entries, to within one
 * for its weight: the most even shares, a look-up in constant time, and a few more keys moved by a
 * change than on a ring. The table depends on the set of names and weights alone.
 *
 * @see D. Eisenbud et al., Maglev, NSDI 2016
 */
export class Maglev extends ConsistentHash {
  constructor({ tableSize }: MaglevOptions) {
    super({
      build: (candidates) => tableOf(candidates, tableSize),
      hashOf: keyHash,
      boundedLoad: null,
    });
  }
}

function* tableOf(candidates: readonly Candidate[], size: number): Generator<void, HashTable> {
  const order = byName(candidates);
  yield;
  const count = order.length;
  const offsets = new Float64Array(count);
  const skips = new Float64Array(count);
  const weights = new Float64Array(count);
  order.forEach((owner, turn) => {
    const { id } = candidates[owner]!;
    offsets[turn] = murmur3(id, SEED.name) % size;
    skips[turn] = (murmur3(id, SEED.stride) % (size - 1)) + 1;
    weights[turn] = weightOf(candidates[owner]!);
  });
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const owners = new Int32Array(size).fill(-1);
  const claims = new Float64Array(count);
  let filled = 0;
  let looked = 0;
  if (count === 0) return new Table(owners);
  while (filled < size) {
    for (let turn = 0; turn < count && filled < size; turn += 1) {
      // The heaviest claims an entry each round, the others as often as their weight says.
      claims[turn]! += weights[turn]! / heaviest;
      if (claims[turn]! < 1) continue;
      claims[turn]! -= 1;
      let entry = offsets[turn]!;
      while (owners[entry]! >= 0) {
        entry = (entry + skips[turn]!) % size;
        looked += 1;
      }
      owners[entry] = order[turn]!;
      offsets[turn] = entry;
      filled += 1;
      looked += 1;
      if (looked < SLICE) continue;
      looked = 0;
      yield;
    }
  }
  return new Table(owners);
}

/** Owners in the order of their names. */
function byName(candidates: readonly Candidate[]): number[] {
  return candidates
    .map((_, owner) => owner)
    .toSorted((a, b) => (candidates[a]!.id < candidates[b]!.id ? -1 : 1));
}

class Table implements HashTable {
  readonly #owners: Int32Array;

  constructor(owners: Int32Array) {
    this.#owners = owners;
  }

  find(hash: number): number {
    return hash % this.#owners.length;
  }

  ownerAt(position: number): number {
    return this.#owners[position]!;
  }

  /** Every key has a stride of its own, so that nobody inherits all keys of one that is denied. */
  after(position: number, hash: number): number {
    const { length } = this.#owners;
    return (position + 1 + (mixed(hash ^ SEED.stride) % (length - 1))) % length;
  }
}
