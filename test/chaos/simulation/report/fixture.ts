import { compare } from "../../../../chaos/simulation/compare.ts";
import { parseModel, type ModelInput } from "../../../../chaos/simulation/model.ts";
import {
  COMPARISON_SCHEMA,
  type Comparison,
} from "../../../../chaos/simulation/report/comparison.ts";

const MODEL: ModelInput = {
  about: "One of four backends <fails>, others work.",
  arrivals: { kind: "poisson", ratePerSecond: 1_000 },
  work: { kind: "exponential", mean: "2ms" },
  backends: [{ count: 4 }],
  changes: [{ at: "500ms", becomes: { kind: "failing", time: "1ms" } }],
  requests: 2_000,
};

/** A small comparison that was really simulated. */
export function comparisonOf(
  change: Partial<ModelInput> = {},
  policies: readonly string[] = ["round-robin", "least-connections"],
  repetitions = 2,
): Comparison {
  const model = { ...MODEL, ...change };
  return {
    schema: COMPARISON_SCHEMA,
    name: "a-model",
    model,
    seed: 42,
    repetitions,
    command: "npx evenkeel simulate a-model --seed 42",
    policies: compare({ model: parseModel(model, "a-model"), policies, seed: 42, repetitions }),
  };
}
