import { ConsistentHash, type HashTable } from "./consistent-hash.ts";
import { keyHash, mixed, murmur3, SEED } from "./hash.ts";
import { weightOf } from "./members.ts";
import type { Candidate } from "./policy.ts";

/** How a Maglev table is made. */
export interface MaglevOptions {
  /** Entries; a prime, at least `leastTableSize`. Shares are even from a hundred times the candidates on. */
  readonly tableSize: number;
}

/** Entries that are filled between two yields. */
const SLICE = 2_048;

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

/**
 * Entries with which every candidate of these weights is sure to have one: their number if they weigh
 * the same, more if they do not.
 *
 * @param weights of all candidates; those of weight 0 have a table of their own, as equals
 */
export function leastTableSize(weights: readonly number[]): number {
  const shared = weights.filter((weight) => weight > 0);
  const heaviest = shared.reduce((most, weight) => Math.max(most, weight), 0);
  const lightest = shared.reduce((least, weight) => Math.min(least, weight), heaviest);
  // In that round the lightest has claimed its first entry, also if rounding cost its claim a round.
  const rounds = lightest === heaviest ? 1 : Math.floor(heaviest / lightest) + 1;
  const claimed = shared.reduce((sum, weight) => sum + Math.floor((rounds * weight) / heaviest), 0);
  return Math.max(claimed, weights.length - shared.length);
}

function* tableOf(candidates: readonly Candidate[], size: number): Generator<void, HashTable> {
  const count = candidates.length;
  const names = new Uint32Array(count);
  for (let owner = 0; owner < count; owner += 1) {
    names[owner] = murmur3(candidates[owner]!.id, SEED.name);
  }
  yield;
  const order = orderOf(names, candidates);
  yield;
  const offsets = new Float64Array(count);
  const skips = new Float64Array(count);
  const weights = new Float64Array(count);
  order.forEach((owner, turn) => {
    const candidate = candidates[owner]!;
    offsets[turn] = names[owner]! % size;
    skips[turn] = (murmur3(candidate.id, SEED.stride) % (size - 1)) + 1;
    weights[turn] = weightOf(candidate);
  });
  yield;
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

/** Owners in the order of the hashes of their names; numbers are sorted much faster than texts. */
function orderOf(names: Uint32Array, candidates: readonly Candidate[]): Int32Array {
  const count = names.length;
  const keys = new Float64Array(count);
  for (let owner = 0; owner < count; owner += 1) keys[owner] = names[owner]! * 2 ** 21 + owner;
  keys.sort();
  const order = new Int32Array(count);
  for (let turn = 0; turn < count; turn += 1) {
    const owner = keys[turn]! % 2 ** 21;
    let at = turn;
    // Names with the same hash go by the names themselves.
    for (; at > 0 && names[order[at - 1]!] === names[owner]; at -= 1) {
      if (candidates[order[at - 1]!]!.id < candidates[owner]!.id) break;
      order[at] = order[at - 1]!;
    }
    order[at] = owner;
  }
  return order;
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
