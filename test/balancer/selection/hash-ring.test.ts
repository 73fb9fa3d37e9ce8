import fc from "fast-check";
import { expect, test } from "vitest";
import { ringTable } from "../../../balancer/selection/hash-ring.ts";
import { SlicedTable } from "../../../balancer/selection/sliced-table.ts";
import type { HashTable } from "../../../balancer/selection/consistent-hash.ts";

type Point = readonly [hash: number, owner: number];

/** The ring of these points; where they collide, the smaller owner is first. */
function ringOf(points: readonly Point[]): HashTable {
  const table = new SlicedTable<HashTable>();
  table.begin(
    ringTable(
      points.length,
      function* tell(add) {
        for (const [hash, owner] of points) {
          add(hash, owner);
          yield;
        }
      },
      (a, b) => a < b,
    ),
  );
  const { current } = table;
  if (current === null) throw new Error("There is no ring.");
  return current;
}

test("a key belongs to the first point at or after its hash, and behind the last one to the first", () => {
  const ring = ringOf([
    [300, 2],
    [100, 0],
    [200, 1],
  ]);
  const ownerOf = (hash: number) => ring.ownerAt(ring.find(hash));
  expect([0, 100, 101, 200, 201, 300, 301, 2 ** 32 - 1].map(ownerOf)).toEqual([
    0, 0, 1, 1, 2, 2, 0, 0,
  ]);
});

test("of owners whose points collide the first has the keys, in whatever order they are told", () => {
  const points: Point[] = [
    [500, 3],
    [500, 1],
    [500, 2],
    [900, 4],
  ];
  for (const order of [points, points.toReversed()]) {
    const ring = ringOf(order);
    const position = ring.find(400);
    expect(ring.ownerAt(position)).toBe(1);
    // The others stand behind it, for when it is denied.
    expect(ring.ownerAt(ring.after(position, 400))).toBe(2);
  }
});

test("one point is the whole ring", () => {
  const ring = ringOf([[7, 0]]);
  expect([0, 7, 8].map((hash) => ring.ownerAt(ring.find(hash)))).toEqual([0, 0, 0]);
  expect(ring.after(0, 7)).toBe(0);
});

test("whatever the points, look-ups and walks are those of a sorted list", () => {
  const hash = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 20 }));
  const point = fc.tuple(hash, fc.nat({ max: 5 }));
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 200 }), hash, (points, wanted) => {
      const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      const found = sorted.findIndex(([at]) => at >= wanted);
      const ring = ringOf(points);
      let position = ring.find(wanted);
      for (let step = 0; step <= points.length; step++) {
        const expected = sorted[(Math.max(found, 0) + step) % sorted.length];
        expect(ring.ownerAt(position)).toBe(expected?.[1]);
        position = ring.after(position, wanted);
      }
    }),
  );
});
