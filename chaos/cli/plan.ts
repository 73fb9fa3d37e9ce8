import { randomInt } from "node:crypto";
import { Option, type Command } from "commander";
import { WrongUse } from "../errors.ts";
import { planExperiment, type ExperimentPlan } from "../plan/experiment-plan.ts";
import { renderPlan } from "../plan/render-plan.ts";
import { loadScenario } from "./scenario-catalogue.ts";
import { terminalText } from "./terminal-text.ts";
import { wholeNumber } from "./whole-number.ts";

interface PlanOptions {
  readonly trials?: number;
  readonly seed?: number;
  readonly control?: boolean;
  readonly environment: "namespace" | "docker";
  readonly topology?: string;
  readonly json?: boolean;
}

/** `evenkeel plan`: what `run` with the same options would do, without doing it. */
export function addPlan(program: Command): void {
  program
    .command("plan <scenario...>")
    .description(
      "Tell what a run would do, to what, and what would have to hold, without doing it.",
    )
    .option("--trials <n>", "number of trials (default: the scenario's own)", wholeNumber(1))
    .option("--seed <n>", "seed of every random choice (default: a random one)", wholeNumber(0))
    .option("--control", "plan the scenario's control instead: its mechanism off")
    .addOption(
      new Option("--environment <kind>", "where it would run")
        .choices(["namespace", "docker"])
        .default("namespace"),
    )
    .option("--topology <id>", "the deployed topology to attach to, in Docker")
    .option("--json", "print the plans as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  evenkeel plan balancer-node-killed
  evenkeel plan backend-killed session-store-stalled --trials 5 --seed 42
  evenkeel plan balancer-node-killed --json`,
    )
    .action(async (ids: readonly string[], options: PlanOptions) => {
      const plans = await plansOf([...new Set(ids)], options);
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(plans, null, 2)}\n`);
        return;
      }
      const width = process.stdout.columns ?? 100;
      process.stdout.write(
        terminalText(plans.map((plan) => renderPlan(plan, { width })).join("\n")),
      );
    });
}

/** All of them, or none: every id is looked up and checked before anything is printed. */
async function plansOf(ids: readonly string[], options: PlanOptions): Promise<ExperimentPlan[]> {
  const seed = options.seed ?? randomInt(2 ** 31);
  const { environment, topology } = options;
  if (topology !== undefined && environment !== "docker") {
    throw new WrongUse(
      `--topology ${topology} names what is deployed, and a lab deploys the scenario's own`,
      "Add --environment docker, or leave it out.",
    );
  }
  const plans: ExperimentPlan[] = [];
  for (const id of ids) {
    const scenario = await loadScenario(id);
    const trials = options.trials ?? scenario.trials;
    plans.push(
      planExperiment({
        id,
        scenario,
        control: options.control === true,
        trials,
        seed,
        environment,
        ...(topology === undefined ? {} : { topologyId: topology }),
        command: [
          `npx evenkeel run ${id}`,
          ...(options.control === true ? ["--control"] : []),
          `--trials ${trials} --seed ${seed}`,
          ...(environment === "docker" ? [`--environment docker`] : []),
          ...(topology === undefined ? [] : [`--topology ${topology}`]),
        ].join(" "),
      }),
    );
  }
  return plans;
}
