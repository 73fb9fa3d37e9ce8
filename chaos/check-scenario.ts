import { blastProblems } from "./blast-radius/check-blast-radius.ts";
import { WrongUse } from "./errors.ts";
import { loadProblems } from "./load/check-loads.ts";
import { objectiveProblems } from "./objectives/check-objectives.ts";
import { resolutionProblems } from "./objectives/check-resolution.ts";
import type { Scenario } from "./scenario.ts";
import { requireSupport } from "./statistics/what-n-supports.ts";

/**
 * Refuses what cannot be run, before anything is started: names that do not exist, statistics that
 * the number of trials cannot support, loads that cannot be sent, nothing to inject, more down at once
 * than may be, rules that cannot be watched, objectives that could not fail, durations that a load cannot
 * judge. All problems are told at once.
 *
 * @throws UnknownName, WrongUse, UnsupportedStatistic
 */
export function checkScenario(scenario: Scenario, trials: number): void {
  const errors: Error[] = [];
  const attempt = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      errors.push(error);
    }
  };
  if (!Number.isInteger(trials) || trials < 1) {
    errors.push(new WrongUse(`The number of trials is ${trials}`, "Use a whole number from 1."));
  } else {
    for (const statistic of new Set(scenario.objectives.map((one) => one.statistic))) {
      attempt(() => requireSupport(statistic, trials));
    }
  }
  const before = errors.length;
  for (const { fault } of scenario.faults) attempt(() => fault.check(scenario.topology));
  const namesExist = errors.length === before;
  const ids = scenario.objectives.map(({ id }) => id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) {
    errors.push(new WrongUse(`Two objectives have the id "${id}"`, "Give each an id of its own."));
  }
  if (scenario.faults.length === 0) {
    errors.push(
      new WrongUse("The scenario has no faults", "Name at least one: it breaks on purpose."),
    );
  }
  const problemsOfLoads = loadProblems(scenario);
  const problems = [
    ...problemsOfLoads,
    ...(namesExist ? blastProblems(scenario) : []),
    ...abortProblems(scenario),
    ...objectiveProblems(scenario),
    ...(problemsOfLoads.length === 0 ? resolutionProblems(scenario) : []),
  ];
  const [only] = errors;
  if (only !== undefined && errors.length === 1 && problems.length === 0) throw only;
  const lines = [...errors.map(({ message }) => message), ...problems];
  if (lines.length === 0) return;
  const count = lines.length === 1 ? "1 problem" : `${lines.length} problems`;
  const list = lines.map((line) => `  ${line}`).join("\n");
  throw new WrongUse(`The scenario has ${count}`, `Nothing was started:\n${list}`);
}

function abortProblems({ abort = [], alongside = [] }: Scenario): readonly string[] {
  const known = alongside.map(({ id }) => id);
  return abort.flatMap(({ title, load, missing }, index) => {
    const at = `abort[${index}]: "${title}"`;
    const cannot = missing?.() ?? null;
    return [
      ...(load === undefined || known.includes(load)
        ? []
        : [`${at} looks at a load that is not declared. Known: ${known.join(", ") || "none"}.`]),
      ...(cannot === null ? [] : [`${at} cannot be watched here: ${cannot}.`]),
    ];
  });
}
