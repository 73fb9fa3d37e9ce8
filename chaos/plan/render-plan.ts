import { radiusText } from "../blast-radius/radius-record.ts";
import { NUMBER_FORMATS } from "../report/format.ts";
import { plain, wrap } from "../report/wrap.ts";
import { loadText, ms } from "./load-text.ts";
import type {
  ExperimentPlan,
  PlannedFault,
  PlannedObjective,
  PlannedTopology,
} from "./experiment-plan.ts";

/** How {@link renderPlan} writes. */
export interface RenderPlanOptions {
  /** Columns after which lines are broken. */
  readonly width: number;
}

const HEARTBEAT_WORDS = { advert: "VRRP adverts", check: "health checks" } as const;

/** A plan for people, ending with a line feed. */
export function renderPlan(plan: ExperimentPlan, { width }: RenderPlanOptions): string {
  const lines: string[] = [];
  const say = (indent: string, text: string): void => {
    lines.push(...wrap(plain(text), width, indent));
  };
  const section = (title: string, entries: readonly string[]): void => {
    if (entries.length === 0) return;
    lines.push("", `  ${title}`);
    for (const entry of entries) say("    ", entry);
  };
  const { scenario, topology } = plan;
  const titleOf = (id: string): string =>
    plan.objectives.find((objective) => objective.id === id)?.title ?? id;
  const control =
    scenario.controlWithout === null ? "" : ` (control: without ${scenario.controlWithout})`;
  say("", `${scenario.sentence}${control}`);
  say("  ", headLine(plan));
  section(`topology ${topology.id}, ${topology.subnet}`, [
    ...table(topology.nodes.map(nodeRow)),
    ...virtualAddressLines(topology),
  ]);
  section("links", table(topology.links.map(linkRow)));
  section("listeners and pools", [
    ...topology.listeners.map(
      ({ id, protocol, port, group, pool }) =>
        `${id}: ${protocol} on port ${port} of ${group}, to pool ${pool}`,
    ),
    ...topology.pools.map(poolLine),
  ]);
  section("each trial", trialLines(plan));
  section("must hold", plan.objectives.map(objectiveLine));
  section("trials", [
    `${plan.trials.length}, seed ${plan.seed}: if all pass, they support p${plan.supportsPercentile} with 95 % confidence`,
    ...phaseLines(plan),
    ...(scenario.mustFail.length === 0
      ? []
      : [
          `a control has to fail, by ${scenario.mustFail.map((id) => `"${titleOf(id)}"`).join(" or ")}`,
        ]),
  ]);
  // The command whole, however long, so that it can be copied.
  lines.push("", "  Nothing was started. To run it:", `    ${plain(plan.command)}`);
  return `${lines.join("\n")}\n`;
}

function headLine({ scenario, environment, trials, estimated }: ExperimentPlan): string {
  const where = environment === "docker" ? "Docker" : "namespaces";
  const [least, most] = [seconds(estimated.leastMs), seconds(estimated.mostMs)];
  const took = least === most ? most : `${least} to ${most}`;
  return `${scenario.id} · ${where} · ${trials.length} ${trials.length === 1 ? "trial" : "trials"} · about ${took}`;
}

function nodeRow(node: PlannedTopology["nodes"][number]): string[] {
  return [
    node.id,
    node.role,
    [node.address, ...node.extraAddresses].join(", "),
    node.processes.join(", "),
    ...(node.container === null ? [] : [`container ${node.container}`]),
  ];
}

function virtualAddressLines({ virtualAddress: floating }: PlannedTopology): string[] {
  if (floating === null) return [];
  const owners = floating.owners.map(({ node, priority }) => `${node} (priority ${priority})`);
  const { advertIntervalMs, preempt } = floating.vrrp;
  return [
    `floating address ${floating.address}: ${owners.join(", then ")}; adverts every ${ms(advertIntervalMs)}, ${preempt ? "whoever has more priority takes it back" : "whoever has it keeps it"}`,
  ];
}

function linkRow({ id, from, to, port, via }: PlannedTopology["links"][number]): string[] {
  const through = via === undefined ? "" : `, through ${via.node}:${via.listenPort} (${id})`;
  return [from, `→ ${to}`, `port ${port}${through}`];
}

function poolLine(pool: PlannedTopology["pools"][number]): string {
  const { healthCheck: check, holdMs, retryAttempts } = pool;
  const checked =
    check === undefined
      ? "no health check"
      : `${check.type} check${check.path === undefined ? "" : ` of ${check.path}`} every ${ms(check.intervalMs)} within ${ms(check.timeoutMs)}, ${check.fall} failures take out, ${check.rise} passes bring back`;
  return [
    `${pool.id}: ${pool.policy} over ${pool.backends.join(", ")}`,
    checked,
    ...(check === undefined || holdMs === undefined
      ? []
      : [`held as a whole for up to ${ms(holdMs)}`]),
    retryAttempts === 0 ? "no retry" : `${retryAttempts} retry`,
  ].join("; ");
}

function trialLines(plan: ExperimentPlan): string[] {
  const { load, alongside, steadyState, faults, environment, topology } = plan;
  return [
    environment === "docker"
      ? `attach to the containers of ${topology.id}, as they were deployed`
      : "deploy all of it afresh",
    `load: ${loadText(load)}`,
    ...alongside.map((named) => `load ${named.id} beside it: ${loadText(named)}`),
    `steady state: no failed request${alongside.length === 0 ? "" : " of any load"} for ${ms(steadyState.durationMs)}, within ${ms(steadyState.deadlineMs)}`,
    ...faults.map((fault, index) => faultLine(plan, fault, index)),
    `down at once: ${radiusText(plan.blastRadius)}`,
    ...plan.abortRules.map((rule) => `abort the run, healed, as soon as ${rule}`),
    `observe for at most ${ms(plan.observeMs)}, less once nothing has failed for ${ms(plan.stableMs)} after a failure`,
  ];
}

function faultLine(plan: ExperimentPlan, fault: PlannedFault, index: number): string {
  const { heartbeat } = plan;
  const [first = "", ...others] = fault.targets;
  // The title of a fixed target names it.
  const who = fault.title.split(" ").includes(first)
    ? ""
    : ` (${first}${others.length === 0 ? "" : ` to begin with, else ${others.join(", ")}`})`;
  const when =
    index === 0 && heartbeat !== null
      ? `, spread over the ${ms(heartbeat.periodMs)} between ${HEARTBEAT_WORDS[heartbeat.of]}`
      : fault.atMs === 0
        ? ""
        : `, ${ms(fault.atMs)} after the steady state`;
  const until =
    fault.forMs === null ? "to the end of the trial" : `healed after ${ms(fault.forMs)}`;
  return `fault: ${fault.title}${who}${when}; ${until}`;
}

function objectiveLine(objective: PlannedObjective): string {
  const { title, statistic, bound, predicted, slackMs } = objective;
  const samples =
    objective.minimumSamples > 1 ? `, at least ${objective.minimumSamples} samples` : "";
  const what = `${title}: ${statistic} ${bound}${samples}`;
  if (predicted === null) return what;
  const window = `${ms(predicted.floorMs)} to ${ms(predicted.ceilingMs)}, mean ${ms(predicted.meanMs)}`;
  const slack = slackMs === null || slackMs === 0 ? "" : ` and ${ms(slackMs)}`;
  return `${what}, ${window}, widened by the run's own resolution${slack}: ${predicted.because} (${predicted.source})`;
}

function phaseLines({ trials, heartbeat }: ExperimentPlan): string[] {
  if (heartbeat === null) return [];
  const phases = trials.map(({ phaseMs }) => NUMBER_FORMATS["ms-bare"](phaseMs ?? 0));
  return [`fault after a beat, trial by trial, in ms: ${phases.join(", ")}`];
}

/** Rows as lines with aligned columns. */
function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function seconds(value: number): string {
  const whole = Math.round(value / 1_000);
  return whole < 100 ? `${whole}\u00a0s` : `${Math.round(whole / 60)}\u00a0min`;
}
