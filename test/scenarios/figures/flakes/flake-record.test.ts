import { expect, test } from "vitest";
import fc from "fast-check";
import {
  flakesSchema,
  flakinessOf,
  NO_RUNS,
  outcomeOf,
  runsOf,
  withRun,
  type FlakeRecord,
  type FlakeRun,
} from "../../../../scenarios/figures/flakes/flake-record.ts";

const RUN: FlakeRun = {
  scenario: "backend-killed",
  outcome: "p",
  runId: "run-1",
  commit: "abc",
  clean: true,
  at: new Date("2026-11-21T23:00:00Z"),
};

/** The record of runs that ended so, one letter a run; a bar stands for another commit. */
function recordOf(letters: string): FlakeRecord {
  let [record, commit] = [NO_RUNS, 0];
  for (const letter of letters) {
    if (letter === "|") commit += 1;
    else {
      const outcome = letter as FlakeRun["outcome"];
      record = withRun(record, { ...RUN, outcome, commit: `commit-${commit}` });
    }
  }
  return record;
}

test("runs of a commit are one stretch, and those of another the next", () => {
  const record = recordOf("pfp|pi");
  expect(record.scenarios).toEqual({
    "backend-killed": [
      {
        ...{ commit: "commit-0", clean: true, since: "2026-11-21" },
        ...{ outcomes: "pfp", failed: { "1": "run-1" } },
      },
      { commit: "commit-1", clean: true, since: "2026-11-21", outcomes: "pi", failed: {} },
    ],
  });
  expect(runsOf(record, "backend-killed")).toBe(5);
  expect(runsOf(record, "another")).toBe(0);
});

test("sources that were changed since their commit are a stretch of their own", () => {
  const record = withRun(withRun(NO_RUNS, RUN), { ...RUN, clean: false });
  expect(record.scenarios["backend-killed"]?.map(({ outcomes }) => outcomes)).toEqual(["p", "p"]);
});

test.each([
  ["", { passes: 0, fails: 0, invalid: 0, inARow: 0, atMost: 1, sinceAtMost: 1 }],
  ["ppp", { passes: 3, fails: 0, inARow: 3, atMost: 0.6316, sinceAtMost: 0.6316 }],
  ["pp|pip", { passes: 4, invalid: 1, inARow: 4 }],
  ["pfpp", { passes: 3, fails: 1, inARow: 2, atMost: 0.7514, sinceAtMost: 0.7764 }],
  ["ppf", { passes: 2, fails: 1, inARow: 0, sinceAtMost: 1 }],
  ["fi", { passes: 0, fails: 1, invalid: 1, inARow: 0, atMost: 1 }],
])("what the runs %s say", (letters, wanted) => {
  const seen = flakinessOf(recordOf(letters), "backend-killed");
  const close = Object.entries(wanted).map(
    ([name, value]) => [name, expect.closeTo(value, 4) as number] as const,
  );
  expect(seen).toMatchObject(Object.fromEntries(close));
});

test("whatever was added is counted once, and read again as it was written", () => {
  const letters = fc.array(fc.constantFrom("p", "f", "i", "|"), { maxLength: 40 });
  fc.assert(
    fc.property(letters, (some) => {
      const record = recordOf(some.join(""));
      const { passes, fails, invalid } = flakinessOf(record, "backend-killed");
      expect(passes + fails + invalid).toBe(some.filter((letter) => letter !== "|").length);
      expect(flakesSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
    }),
  );
});

test.each([
  ["pass", "p"],
  ["fail", "f"],
  ["heal-failed", "f"],
  ["invalid", "i"],
  ["inconclusive", "i"],
  ["aborted", "i"],
  [null, "i"],
] as const)("the verdict %s counts as %s", (verdict, outcome) => {
  expect(outcomeOf(verdict)).toBe(outcome);
});
