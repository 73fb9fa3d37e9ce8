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

/** Three runs of one policy, of which only the last has failures: the median has none. */
export function comparisonWithOneBadRun(): Comparison {
  const [bad, good] = [{}, { changes: [] }].map((change) => comparisonOf(change, ["random"], 1));
  const [summary] = good?.policies ?? [];
  const [failed] = bad?.policies ?? [];
  if (good === undefined || summary === undefined || failed === undefined) {
    throw new Error("The comparisons have no policy.");
  }
  const runs = [...summary.runs, ...summary.runs, ...failed.runs];
  return { ...good, repetitions: 3, policies: [{ ...summary, runs }] };
}
