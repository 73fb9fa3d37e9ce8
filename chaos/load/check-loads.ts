import { problemsOf } from "../measurement/prober/plan-problems.ts";
import type { Load, Scenario } from "../scenario.ts";
import { probePlan } from "./probe-plan.ts";

const ID = /^[a-z][a-z0-9-]{0,30}$/;
/** What a trial adds to a load; any will do to see whether the prober can send it. */
const SOME_TRIAL = { run: "check", trial: 0, seed: 0, maxDurationMs: 1 } as const;

/**
 * What is wrong with the loads of a scenario, all of it, each with its place, the value and the next
 * step. Empty when their probers will take them.
 */
export function loadProblems({
  load,
  alongside = [],
  topology,
}: Pick<Scenario, "load" | "alongside" | "topology">): readonly string[] {
  const nodes = topology.nodes.map(({ id }) => id);
  const ids = alongside.map(({ id }) => id);
  return [
    ...problemsOfLoad("load", load, nodes),
    ...(load.traffic?.kind === "long-lived"
      ? [
          "load: traffic is long-lived, whose connections begin before the fault: it sees neither outage nor recovery. Declare it in `alongside`, beside a load of short requests.",
        ]
      : []),
    ...alongside.flatMap((named, index) => {
      const path = `alongside[${index}]`;
      return [
        ...problemsOfId(path, named.id, ids.slice(0, index)),
        ...problemsOfLoad(path, named, nodes),
      ];
    }),
  ];
}

function problemsOfId(path: string, id: string, before: readonly string[]): readonly string[] {
  if (!ID.test(id)) {
    return [
      `${path}: id is "${id}". Use lower case letters, digits and -, 31 at most, a letter first.`,
    ];
  }
  return before.includes(id)
    ? [`${path}: id is "${id}", as of a load before it. Give each load an id of its own.`]
    : [];
}

function problemsOfLoad(path: string, load: Load, nodes: readonly string[]): readonly string[] {
  const problems = problemsOf(probePlan(load, SOME_TRIAL)).map((problem) => `${path}: ${problem}`);
  if (nodes.includes(load.client)) return problems;
  return [`${path}: client is "${load.client}". Known: ${nodes.join(", ")}.`, ...problems];
}
