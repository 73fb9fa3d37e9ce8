import { differencesBetween } from "./differences.ts";
import type { Environment } from "./environment/environment.ts";
import { WrongUse } from "./errors.ts";
import { controlOf } from "./experiment.ts";
import { declared } from "./report/new-record.ts";
import type { Fingerprint, RunRecord } from "./report/record.ts";
import type { Scenario } from "./scenario.ts";
import { deriveSeed } from "./statistics/random.ts";

/** What repeats a recorded run: the same schedule of faults from the same seed. */
export interface Replay {
  readonly trials: number;
  readonly seed: number;
  readonly control: boolean;
  readonly environment: Environment["kind"];
  /** The deployed topology that it ran on, when it was named. */
  readonly topology?: string;
}

/**
 * How a run is repeated, by its record.
 *
 * @throws WrongUse when this version would draw other seeds for its trials than were recorded
 */
export function replayOf(record: RunRecord): Replay {
  const { scenario, seed, trials, trialsPlanned, fingerprint, command } = record;
  const other = trials.find((trial) => trial.seed !== deriveSeed(seed, "trial", trial.index));
  if (other !== undefined) {
    throw new WrongUse(
      `Trial ${other.index} of ${record.id} had the seed ${other.seed}, and this version draws ${deriveSeed(seed, "trial", other.index)} for it: the schedule would be another`,
      "Replay it with the version that made it.",
    );
  }
  // Of the deployed topology the record has the content; by which id it is found, only the command.
  const topology = /(?:^| )--topology (\S+)/.exec(command)?.[1];
  return {
    trials: trialsPlanned,
    seed,
    control: scenario.controlWithout !== null,
    environment: fingerprint.environment,
    ...(topology === undefined ? {} : { topology }),
  };
}

/**
 * What is not as it was when the run was made, one entry each: the code, the sentence, the
 * topology, the loads, the faults and their limits, what theory predicts. Empty when all is the same.
 */
export function changedSince(record: RunRecord, scenario: Scenario, code: Code): readonly string[] {
  const { controlWithout, sentence } = record.scenario;
  const isControl = controlWithout !== null;
  // As JSON has it: no field that is undefined.
  const today = JSON.parse(
    JSON.stringify({
      sentence: scenario.sentence,
      controlWithout: isControl ? scenario.control.without : null,
      ...declared(isControl ? controlOf(scenario) : scenario),
    }),
  ) as unknown;
  const { topology, load, alongside, abortRules, blastRadius, faults, predictions } = record;
  const loads = { load, alongside };
  const safety = { abortRules, blastRadius };
  const then = { sentence, controlWithout, topology, ...loads, ...safety, faults, predictions };
  const scenarioChanged = differencesBetween(then, today, ["recorded", "now"]);
  return [
    ...codeChanged(record.fingerprint, code),
    ...(scenarioChanged.length === 0
      ? []
      : [["The scenario differs:", ...scenarioChanged].join("\n  ")]),
  ];
}

type Code = Pick<Fingerprint, "commit" | "clean">;

function codeChanged(recorded: Code, now: Code): readonly string[] {
  const told = `recorded at ${wordsOf(recorded)}, now ${wordsOf(now)}.`;
  if (recorded.commit !== now.commit) return [`The code differs: ${told}`];
  // Two trees with uncommitted changes need not be the same tree.
  const known = recorded.commit !== null && recorded.clean === true && now.clean === true;
  return known ? [] : [`The code may differ: ${told}`];
}

function wordsOf({ commit, clean }: Code): string {
  if (commit === null) return "an unknown commit";
  return `commit ${commit}${clean === false ? " with uncommitted changes" : ""}`;
}
