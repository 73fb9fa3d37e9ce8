import type { HashTable } from "./consistent-hash.ts";
import { mixed, murmur3, SEED } from "./hash.ts";
import { ringTable } from "./hash-ring.ts";
import { weightOf } from "./members.ts";
import type { Candidate } from "./policy.ts";

/** Points of the largest ring, 16 MiB; heavier memberships get fewer points each. */
const POINTS_MAXIMUM = 2 ** 21;
/** Points that are told between two yields. */
const SLICE = 2_048;

/**
 * Builds the ring of candidates that have points by their names.
 *
 * @param virtualNodes points for each unit of weight
 */
export function ringOf(
  candidates: readonly Candidate[],
  virtualNodes: number,
): Generator<void, HashTable> {
  const wanted = candidates.reduce((sum, one) => sum + weightOf(one) * virtualNodes, 0);
  const scale = Math.min(1, POINTS_MAXIMUM / wanted);
  const counts = candidates.map((one) =>
    Math.max(1, Math.floor(weightOf(one) * virtualNodes * scale)),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  return ringTable(
    total,
    function* points(add) {
      let told = 0;
      for (const [owner, { id }] of candidates.entries()) {
        const name = murmur3(id, SEED.name);
        const stride = murmur3(id, SEED.stride) | 1;
        const count = counts[owner] ?? 0;
        for (let point = 0; point < count; point += 1) {
          add(mixed((name + Math.imul(point, stride)) | 0), owner);
          told += 1;
          if (told % SLICE === 0) yield;
        }
      }
    },
    (a, b) => (candidates[a]?.id ?? "") < (candidates[b]?.id ?? ""),
  );
}
