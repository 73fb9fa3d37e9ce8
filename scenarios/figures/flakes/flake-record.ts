import { z } from "zod";
import type { RunRecord } from "../../../chaos/report/record.ts";
import { failureBound } from "../../../chaos/statistics/failure-bound.ts";

/** Version of the file that runs are added to. */
export const FLAKES_SCHEMA = "evenkeel.flakes/1";

/** How a run ended: the promise held, it did not, or nothing can be said. */
export type Outcome = "p" | "f" | "i";

const stretchSchema = z.strictObject({
  /** Of the sources that were run; "unknown" where there is no checkout. */
  commit: z.string(),
  /** Whether they were as committed. */
  clean: z.boolean(),
  /** When the first run of the stretch was: a date. */
  since: z.iso.date(),
  /** One letter a run, in their order: pass, fail, invalid. */
  outcomes: z.string().regex(/^[pfi]*$/),
  /** Ids of the runs that failed, by their place in `outcomes`. */
  failed: z.record(z.string(), z.string()),
});

/** How the scenarios' promises fared, run after run: by scenario, in stretches of one commit each. */
export const flakesSchema = z.strictObject({
  schema: z.literal(FLAKES_SCHEMA),
  scenarios: z.record(z.string(), z.array(stretchSchema)),
});

/** See `flakesSchema`. */
export type FlakeRecord = z.output<typeof flakesSchema>;
type Stretch = z.output<typeof stretchSchema>;

/** Nothing was run yet. */
export const NO_RUNS: FlakeRecord = { schema: FLAKES_SCHEMA, scenarios: {} };

/** One run of a scenario's promise. */
export interface FlakeRun extends Pick<Stretch, "commit" | "clean"> {
  readonly scenario: string;
  readonly outcome: Outcome;
  readonly runId: string;
  readonly at: Date;
}

/** What a verdict counts as. Faults that could not be healed are a failure of ours as well. */
export function outcomeOf(verdict: RunRecord["verdict"]): Outcome {
  if (verdict === "pass") return "p";
  return verdict === "fail" || verdict === "heal-failed" ? "f" : "i";
}

/** The record with one more run. */
export function withRun(record: FlakeRecord, run: FlakeRun): FlakeRecord {
  const { scenario, outcome, commit, clean } = run;
  const stretches = record.scenarios[scenario] ?? [];
  const last = stretches.at(-1);
  const same = last?.commit === commit && last.clean === clean;
  const stretch = same
    ? last
    : { commit, clean, since: run.at.toISOString().slice(0, 10), outcomes: "", failed: {} };
  const grown: Stretch = {
    ...stretch,
    outcomes: stretch.outcomes + outcome,
    failed:
      outcome === "f"
        ? { ...stretch.failed, [stretch.outcomes.length]: run.runId }
        : stretch.failed,
  };
  const others = same ? stretches.slice(0, -1) : stretches;
  return { ...record, scenarios: { ...record.scenarios, [scenario]: [...others, grown] } };
}

/** What the runs of one scenario say. */
export interface Flakiness {
  readonly passes: number;
  readonly fails: number;
  /** Runs that say nothing of the promise. */
  readonly invalid: number;
  /** Passes since the last failure; runs that say nothing neither count nor end them. */
  readonly inARow: number;
  /** What the rate of failures is at most, with 95 % confidence, by all runs. */
  readonly atMost: number;
  /** The same by those since the last failure, as if what failed had been mended. */
  readonly sinceAtMost: number;
}

/** Over all commits: whoever mends a flake begins a new row. */
export function flakinessOf(record: FlakeRecord, scenario: string): Flakiness {
  const outcomes = (record.scenarios[scenario] ?? []).map((one) => one.outcomes).join("");
  const count = (letter: Outcome, among = outcomes): number => among.split(letter).length - 1;
  const [passes, fails] = [count("p"), count("f")];
  const inARow = count("p", outcomes.slice(outcomes.lastIndexOf("f") + 1));
  return {
    passes,
    fails,
    invalid: count("i"),
    inARow,
    atMost: failureBound(fails, passes + fails),
    sinceAtMost: failureBound(0, inARow),
  };
}

/** How often a scenario has been run. */
export function runsOf(record: FlakeRecord, scenario: string): number {
  return (record.scenarios[scenario] ?? []).reduce((sum, { outcomes }) => sum + outcomes.length, 0);
}
