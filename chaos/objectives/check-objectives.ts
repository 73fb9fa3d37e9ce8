import type { Objective, Scenario } from "../scenario.ts";

/**
 * What is wrong with the objectives of a scenario, all of it, each with its place, the value and the next
 * step: a number that compares with nothing would pass every trial, and so would a bound that no value
 * can miss. Empty when each can fail, and speaks of a load that there is.
 */
export function objectiveProblems({
  objectives,
  alongside = [],
}: Pick<Scenario, "objectives" | "alongside">): readonly string[] {
  const loads = alongside.map(({ id }) => id);
  return objectives.flatMap((objective, index) =>
    [
      ...problemsOfLoad(objective, loads),
      ...problemsOfBound(objective),
      ...problemsOfNumbers(objective),
    ].map((problem) => `objectives[${index}] "${objective.id}": ${problem}`),
  );
}

function problemsOfLoad({ of }: Objective, loads: readonly string[]): readonly string[] {
  if (of === undefined || loads.includes(of)) return [];
  return [`it speaks of load "${of}". Known beside the main one: ${loads.join(", ") || "none"}.`];
}

function problemsOfBound({ bound, unit, aboveOne = false }: Objective): readonly string[] {
  switch (bound.kind) {
    case "at-most-measure":
      return [];
    case "at-most":
    case "at-least": {
      const { kind, value } = bound;
      if (!Number.isFinite(value)) return [`its bound is ${kind} ${value}. Use a finite number.`];
      if (unit !== "ratio") return [];
      if (kind === "at-least" && value <= 0) {
        return [`no ratio is below at-least ${value}, so it cannot fail. Use a number above 0.`];
      }
      if (kind === "at-most" && value >= 1 && !aboveOne) {
        return [
          `no share is above at-most ${value}, so it cannot fail. Use a number below 1, or say \`aboveOne\` of a ratio that can be.`,
        ];
      }
      return [];
    }
    case "predicted": {
      const { floorMs, ceilingMs } = bound.window;
      const numbers = { "window.floorMs": floorMs, "window.ceilingMs": ceilingMs };
      return Object.entries({ ...numbers, slackMs: bound.slackMs }).flatMap(([name, value]) =>
        Number.isFinite(value) ? [] : [`${name} is ${value}. Use a finite number of milliseconds.`],
      );
    }
  }
}

function problemsOfNumbers({ quantile, minimumSamples }: Objective): readonly string[] {
  return [
    ...(quantile === undefined || (quantile > 0 && quantile <= 1)
      ? []
      : [`quantile is ${quantile}. Use a number above 0, at most 1.`]),
    ...(Number.isInteger(minimumSamples) && minimumSamples >= 1
      ? []
      : [`minimumSamples is ${minimumSamples}. Use a whole number from 1.`]),
  ];
}
