import type { Objective } from "../scenario.ts";
import { buildObjective, type Judging } from "./build-objective.ts";

/**
 * At least this share of what a backend had in flight when it was taken out ended by itself, and was not
 * cut: over all drains of it from the fault on, by what the balancers tell at their end.
 */
export function drainCompletenessAtLeast(
  options: Judging & { readonly id?: string; readonly backend: string; readonly atLeast: number },
): Objective {
  const { backend, atLeast } = options;
  return buildObjective(options, {
    name: "drain-completeness",
    title: `share of what ${backend} had in flight that its drain let end`,
    unit: "ratio",
    bound: { kind: "at-least", value: atLeast },
    measure: ({ events, injectedNs }) => {
      const ends = events.filter(
        ({ type, data, monotonicNs }) =>
          type === "backend.drained" &&
          data["backend"] === backend &&
          BigInt(monotonicNs) >= injectedNs,
      );
      if (ends.length === 0) return { value: null, reason: `no drain of ${backend} ended` };
      const sum = (name: "completed" | "cut") =>
        ends.reduce((total, { data }) => total + Number(data[name] ?? 0), 0);
      const [completed, cut] = [sum("completed"), sum("cut")];
      if (completed + cut > 0) return { value: completed / (completed + cut) };
      return { value: null, reason: `${backend} had nothing in flight when its drain began` };
    },
  });
}
