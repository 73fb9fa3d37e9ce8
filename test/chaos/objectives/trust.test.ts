import fc from "fast-check";
import { expect, test } from "vitest";
import {
  countedTrials,
  isStarved,
  latestProbeMs,
  measuredAgainAs,
  mostRepetitions,
  tooManyUntrusted,
} from "../../../chaos/objectives/trust.ts";
import type { TrialRecord } from "../../../chaos/report/record.ts";
import { GOOD_QUALITY } from "../fake-environment.ts";

type Trial = Pick<TrialRecord, "index" | "verdict" | "spoilt" | "repeats">;

const trial = (index: number, change: Partial<Trial> = {}): Trial => ({
  index,
  verdict: "pass",
  spoilt: false,
  repeats: null,
  ...change,
});
const spoilt = { verdict: "invalid", spoilt: true } as const;
const QUALITY = { ...GOOD_QUALITY, intended: 100, sent: 100 };

test.each([
  [1, 6],
  [6, 6],
  [7, 7],
  [20, 20],
])("of %s trials %s may be measured again", (trials, most) => {
  expect(mostRepetitions(trials)).toBe(most);
});

test.each([
  ["as much was stolen as the main load was late", true, [250], 250, true],
  ["less was stolen than it was late", true, [250], 249, false],
  ["less was stolen than the load beside it was late", true, [100, 250], 249, false],
  ["as much was stolen as the load beside it was late", true, [100, 250], 250, true],
  ["it was not spoilt", false, [250], 900, false],
  ["nobody tells what was stolen", true, [250], null, false],
])("the hypervisor spoilt a trial or not: %s", (_, isSpoilt, lags, stolenMs, expected) => {
  const [quality = null, ...others] = lags.map((lagMaxMs) => ({ ...QUALITY, lagMaxMs }));
  const alongside = others.map((other) => ({ quality: other }));
  expect(isStarved({ spoilt: isSpoilt, stolenMs, quality, alongside })).toBe(expected);
});

test("the latest probe of a trial may be of any load, and none is late where nobody tells", () => {
  const loads = [{ quality: { ...QUALITY, lagMaxMs: 90 } }, { quality: null }];
  expect(latestProbeMs({ quality: { ...QUALITY, lagMaxMs: 40 }, alongside: loads })).toBe(90);
  expect(latestProbeMs({ quality: null, alongside: [] })).toBe(0);
});

test("of a chain of repetitions only the last one counts", () => {
  const chain = [
    trial(0, spoilt),
    trial(1),
    trial(2, { ...spoilt, repeats: 0 }),
    trial(3, { repeats: 2 }),
  ];
  expect(countedTrials(chain).map(({ index }) => index)).toEqual([1, 3]);
  expect(chain.map((one) => measuredAgainAs(one, chain))).toEqual([2, undefined, 3, undefined]);
});

test("a fifth may be untrusted, whatever was spoilt and measured again well", () => {
  const counts = fc.record({
    good: fc.nat({ max: 20 }),
    bad: fc.nat({ max: 20 }),
    again: fc.nat({ max: 20 }),
  });
  fc.assert(
    fc.property(counts, ({ good, bad, again }) => {
      const first = [
        ...Array.from({ length: good }, () => ({})),
        ...Array.from({ length: bad }, () => ({ verdict: "invalid" }) as const),
        ...Array.from({ length: again }, () => spoilt),
      ].map((change, index) => trial(index, change));
      const repetitions = Array.from({ length: again }, (_, index) =>
        trial(first.length + index, { repeats: good + bad + index }),
      );
      const counted = good + bad + again;
      expect(tooManyUntrusted([...first, ...repetitions])).toBe(bad * 5 > counted);
      // Left as they are, the spoilt ones are untrusted as well.
      expect(tooManyUntrusted(first)).toBe((bad + again) * 5 > counted);
    }),
  );
});
