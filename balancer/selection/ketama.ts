import { ConsistentHash, type HashTable } from "./consistent-hash.ts";
import { CRC32_START, crc32Byte, crc32Finished, crc32Text } from "./crc32.ts";
import { ringTable } from "./hash-ring.ts";
import { weightOf } from "./members.ts";
import type { Candidate } from "./policy.ts";

const POINTS_PER_WEIGHT = 160;
/** Points that are told between two yields. */
const SLICE = 2_048;

/**
 * The ring that nginx's `hash … consistent` and Cache::Memcached::Fast use: the same key goes to the
 * same address as there. Addresses make the points and not names, and CRC-32 is the hash, which
 * spreads less evenly than that of the ring of our own.
 *
 * @see nginx, ngx_http_upstream_hash_module
 */
export class Ketama extends ConsistentHash {
  constructor() {
    super({
      build: ringOf,
      hashOf: (key, random) =>
        key === undefined
          ? Math.floor(random() * 2 ** 32)
          : crc32Finished(crc32Text(CRC32_START, key)),
      boundedLoad: null,
    });
  }
}

function ringOf(candidates: readonly Candidate[]): Generator<void, HashTable> {
  const total = candidates.reduce((sum, one) => sum + weightOf(one) * POINTS_PER_WEIGHT, 0);
  const addressOf = (owner: number): string => authorityOf(candidates[owner]);
  return ringTable(
    total,
    function* points(add) {
      let told = 0;
      for (const [owner, candidate] of candidates.entries()) {
        const base = baseOf(authorityOf(candidate));
        let previous = 0;
        for (let point = 0; point < weightOf(candidate) * POINTS_PER_WEIGHT; point += 1) {
          let state = base;
          for (let shift = 0; shift < 32; shift += 8) state = crc32Byte(state, previous >>> shift);
          previous = crc32Finished(state);
          add(previous, owner);
          told += 1;
          if (told % SLICE === 0) yield;
        }
      }
    },
    (a, b) => addressOf(a) < addressOf(b),
  );
}

function authorityOf(candidate: Candidate | undefined): string {
  return candidate?.authority ?? candidate?.id ?? "";
}

/** The state after host, NUL and port. */
function baseOf(authority: string): number {
  const [, host = authority, port = ""] = /^(.*):(\d+)$/s.exec(authority) ?? [];
  return crc32Text(crc32Byte(crc32Text(CRC32_START, host), 0), port);
}
