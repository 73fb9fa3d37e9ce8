import { policyMaker } from "../simulation/policy-spec.ts";
import { repetitionsFor, requireRepetitions } from "../statistics/what-n-compares.ts";
import { WrongUse } from "../errors.ts";
import { FAULTS, faultOf, type ComparedFault } from "./faults.ts";
import type { MetricId } from "./metric.ts";
import { OUTLIER_DETECTION } from "./set-up.ts";

/** What is compared with what. */
export interface ComparisonPlan {
  /** The baseline among them. */
  readonly policies: readonly string[];
  readonly faults: readonly ComparedFault[];
  readonly baseline: string;
  readonly metric: MetricId;
  readonly repetitions: number;
  readonly seed: number;
  /** Whether live traffic takes backends out, in every cell. */
  readonly outlierDetection: boolean;
}

/** Policies that differ when all backends are equal: one of each kind. */
export const DEFAULT_POLICIES: readonly string[] = [
  "round-robin",
  "random",
  "power-of-two-choices",
  "least-connections",
  "maglev",
  "bounded-loads",
  "power-of-two-choices-ewma",
  "least-response-time",
  "peak-ewma",
];

/** Runs of each cell, unless so many policies need more. */
export const DEFAULT_REPETITIONS = 12;
/** Whom the others are compared with. */
export const DEFAULT_BASELINE = "round-robin";

/** What a user may choose. */
export interface PlanInput {
  readonly policies?: readonly string[] | undefined;
  readonly faults?: readonly string[] | undefined;
  readonly baseline?: string | undefined;
  readonly metric: MetricId;
  readonly repetitions?: number | undefined;
  readonly seed: number;
  /** @default false */
  readonly outlierDetection?: boolean | undefined;
}

/**
 * A plan in which everything is known and the number of repetitions can tell something.
 *
 * @throws WrongUse for unknown policies and faults, with the known ones, and when nothing is left to compare
 * @throws TooFewRepetitions with how many are needed
 */
export function planOf(input: PlanInput): ComparisonPlan {
  const baseline = input.baseline ?? DEFAULT_BASELINE;
  const policies = [...new Set([baseline, ...(input.policies ?? DEFAULT_POLICIES)])];
  for (const policy of policies) policyMaker(policy);
  const outlierDetection = input.outlierDetection ?? false;
  const faults = [...new Set(input.faults ?? FAULTS.map(({ id }) => id))]
    .map(faultOf)
    .map((fault) => (outlierDetection ? withDetection(fault) : fault));
  const comparisons = policies.length - 1;
  if (comparisons === 0) {
    throw new WrongUse(
      `${baseline} is the baseline, and there is no other policy to compare with it`,
      "Name another one with --policy.",
    );
  }
  const repetitions =
    input.repetitions ?? Math.max(DEFAULT_REPETITIONS, repetitionsFor(comparisons));
  requireRepetitions(repetitions, comparisons);
  const { metric, seed } = input;
  return { policies, faults, baseline, metric, repetitions, seed, outlierDetection };
}

function withDetection(fault: ComparedFault): ComparedFault {
  return { ...fault, model: { ...fault.model, outlierDetection: OUTLIER_DETECTION } };
}
