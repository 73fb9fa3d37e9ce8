import fc from "fast-check";
import { expect, test } from "vitest";
import { IndexedHeap } from "../../../balancer/selection/indexed-heap.ts";

test("whatever is put in, moved and taken out, the top is the least of those inside", () => {
  const change = fc.record({
    slot: fc.nat({ max: 9 }),
    first: fc.oneof(fc.nat({ max: 3 }), fc.constantFrom(Infinity, -Infinity)),
    second: fc.nat({ max: 1_000 }),
    out: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const heap = new IndexedHeap(10);
      const inside = new Map<number, [number, number]>();
      for (const [index, { slot, first, second, out }] of changes.entries()) {
        // No two are equal in both numbers, so that there is one least.
        const unique = second + index / 1_000;
        if (out) {
          heap.remove(slot);
          inside.delete(slot);
        } else {
          heap.set(slot, first, unique);
          inside.set(slot, [first, unique]);
        }
        const [least = -1] = [...inside]
          .toSorted(([, a], [, b]) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1))
          .map(([one]) => one);
        expect(heap.top).toBe(least);
        expect(heap.size).toBe(inside.size);
        expect(heap.has(slot)).toBe(inside.has(slot));
      }
    }),
  );
});
