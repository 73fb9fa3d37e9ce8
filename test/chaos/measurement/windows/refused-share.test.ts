import fc from "fast-check";
import { expect, test } from "vitest";
import {
  loadOfSurvivors,
  refusedShare,
} from "../../../../chaos/measurement/windows/refused-share.ts";

test.each([
  // Erlang B of 1 server and 1 erlang is 1/2, of 2 and 1 is 1/5; of 10 and 5 see any table.
  { atOnce: 1, load: 1, least: 0, most: 0.5 },
  { atOnce: 2, load: 0.5, least: 0, most: 0.2 },
  { atOnce: 10, load: 0.5, least: 0, most: 0.018385 },
  { atOnce: 10, load: 2, least: 0.5, most: 0.53796 },
])("$atOnce at once under load $load refuse $least to $most", ({ atOnce, load, least, most }) => {
  const share = refusedShare({ atOnce, load });
  expect(share.least).toBeCloseTo(least, 9);
  expect(share.most).toBeCloseTo(most, 4);
});

test("random arrivals never fare better than the capacity allows, and more slots never refuse more", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.double({ min: 0.01, max: 5, noNaN: true }),
      (atOnce, load) => {
        const { least, most } = refusedShare({ atOnce, load });
        expect(least).toBeGreaterThanOrEqual(0);
        expect(most).toBeGreaterThanOrEqual(least - 1e-12);
        expect(most).toBeLessThan(1);
        expect(refusedShare({ atOnce: atOnce + 1, load }).most).toBeLessThanOrEqual(most + 1e-12);
      },
    ),
  );
});

test("evenly spaced requests on slots that are held evenly are refused as little as the capacity allows", () => {
  const [atOnce, load, count] = [20, 1.4, 20_000];
  const freeAt = Array.from({ length: atOnce }, () => 0);
  let refused = 0;
  for (let k = 0; k < count; k += 1) {
    const at = k / (atOnce * load); // Each slot is held for a time of 1.
    const slot = freeAt.findIndex((free) => free <= at);
    if (slot === -1) refused += 1;
    else freeAt[slot] = at + 1;
  }
  const share = refusedShare({ atOnce, load });
  expect(refused / count).toBeGreaterThan(share.least - 0.001);
  expect(refused / count).toBeLessThan(share.most);
});

test("who is left shares the load of who was lost", () => {
  expect(loadOfSurvivors(0.4, 2)).toBeCloseTo(0.8, 12);
  expect(loadOfSurvivors(0.7, 2)).toBeCloseTo(1.4, 12);
  expect(loadOfSurvivors(0.6, 3)).toBeCloseTo(0.9, 12);
  expect(loadOfSurvivors(0.5, 4, 2)).toBe(1);
  expect(() => loadOfSurvivors(0.4, 2, 2)).toThrow("lost is 2. Use fewer than the 2 balancers.");
});

test("the formula stands with its numbers", () => {
  expect(refusedShare({ atOnce: 20, load: 1.4 }).because).toBe(
    "load 140 % of 20 requests at once: 1 − 1/load is 28.6 %, Erlang's loss formula 34.3 %",
  );
});
