import type { Topology } from "../../stacks/topology.ts";
import { radiusRecord } from "../blast-radius/radius-record.ts";
import { checkScenario, controlOf } from "../experiment.ts";
import type { PredictedWindow } from "../measurement/predicted-window.ts";
import { phasesBySeed } from "../measurement/phase.ts";
import { boundText } from "../objectives/wording.ts";
import type { Objective, Scenario } from "../scenario.ts";
import { deriveSeed } from "../statistics/random.ts";
import type { DownNodes } from "../faults/fault.ts";
import { loadRecord, namedLoadRecord, type LoadRecord } from "../report/load-record.ts";
import type { RunRecord } from "../report/record.ts";
import { topologyGraph } from "../report/topology/graph.ts";
import { supportedPercentile } from "../statistics/what-n-supports.ts";
import { estimateDuration, type EstimatedDuration } from "./duration.ts";

/** Of the JSON that `evenkeel plan` prints. */
export const PLAN_SCHEMA = "evenkeel.plan/1";

/** What a run would be: on what, what would be done to it, and what would have to hold. Plain data. */
export interface ExperimentPlan {
  readonly schema: typeof PLAN_SCHEMA;
  readonly scenario: {
    readonly id: string;
    readonly sentence: string;
    /** The mechanism that is switched off, when the scenario's control is planned. */
    readonly controlWithout: string | null;
    /** Objectives of which a control has to miss at least one; empty of the scenario itself. */
    readonly mustFail: readonly string[];
  };
  readonly environment: "namespace" | "docker";
  readonly seed: number;
  /** What repeats it as a run. */
  readonly command: string;
  readonly topology: PlannedTopology;
  /** The load that marks, outage and steady state are seen by. */
  readonly load: PlannedLoad;
  /** Further loads beside it. */
  readonly alongside: readonly (PlannedLoad & { readonly id: string })[];
  readonly steadyState: { readonly durationMs: number; readonly deadlineMs: number };
  readonly faults: readonly PlannedFault[];
  /** What would end a trial and the run: each rule in words. */
  readonly abortRules: readonly string[];
  readonly blastRadius: RunRecord["blastRadius"];
  readonly observeMs: number;
  readonly stableMs: number;
  /** The period over which the first fault is spread; null when none decides the outcome. */
  readonly heartbeat: { readonly of: "advert" | "check"; readonly periodMs: number } | null;
  readonly objectives: readonly PlannedObjective[];
  readonly trials: readonly PlannedTrial[];
  /** The percentile that so many trials support with 95 % confidence, if all pass. */
  readonly supportsPercentile: number;
  readonly estimated: EstimatedDuration;
}

/** The topology in the direction of a request, without what its nodes' files and arguments say. */
export interface PlannedTopology extends Pick<
  Topology,
  "id" | "subnet" | "links" | "listeners" | "pools"
> {
  readonly virtualAddress: NonNullable<Topology["virtualAddress"]> | null;
  readonly nodes: readonly PlannedNode[];
}

export interface PlannedNode {
  readonly id: string;
  readonly role: string;
  readonly group: string;
  readonly address: string;
  readonly extraAddresses: readonly string[];
  /** Names of its processes, in the order in which they start. */
  readonly processes: readonly string[];
  /** Name of its container; null in the namespace environment. */
  readonly container: string | null;
}

export interface PlannedLoad extends LoadRecord {
  readonly headers: Readonly<Record<string, string>>;
}

export interface PlannedFault {
  readonly kind: string;
  readonly title: string;
  /** Ids of the nodes or links that it may act on, the likeliest first. Which one is known at the fault. */
  readonly targets: readonly string[];
  /** From the end of the steady state, if nothing takes time in between. */
  readonly atMs: number;
  /** Healed after this time; null: not before the end of the trial. */
  readonly forMs: number | null;
  /** Nodes that it takes down: so many of these. */
  readonly takesDown: readonly DownNodes[];
}

export interface PlannedObjective {
  readonly id: string;
  readonly title: string;
  readonly unit: Objective["unit"];
  readonly statistic: string;
  readonly minimumSamples: number;
  readonly bound: string;
  /** As numbers, before they are widened by the run's own resolution and `slackMs`. */
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly slackMs: number | null;
  readonly predicted: PredictedWindow | null;
}

export interface PlannedTrial {
  /** From 0. */
  readonly index: number;
  readonly seed: number;
  /** From a beat to the fault, if beats come as often as configured; null without a heartbeat. */
  readonly phaseMs: number | null;
}

/** What is planned. */
export interface PlanOptions {
  readonly id: string;
  readonly scenario: Scenario;
  readonly control: boolean;
  readonly trials: number;
  readonly seed: number;
  readonly environment: "namespace" | "docker";
  /** Id of the deployed topology, in Docker. @default the scenario's own */
  readonly topologyId?: string;
  readonly command: string;
}

/**
 * What a run with these options would do. Nothing is started, written or asked.
 *
 * @throws UnknownName, WrongUse, UnsupportedStatistic as the run would, before it starts
 */
export function planExperiment(options: PlanOptions): ExperimentPlan {
  const { trials, seed, environment } = options;
  const scenario = options.control ? controlOf(options.scenario) : options.scenario;
  checkScenario(scenario, trials);
  const { load, heartbeat, control } = scenario;
  return {
    schema: PLAN_SCHEMA,
    scenario: {
      id: options.id,
      sentence: scenario.sentence,
      controlWithout: options.control ? control.without : null,
      mustFail: options.control ? control.mustFail : [],
    },
    environment,
    seed,
    command: options.command,
    topology: plannedTopology(options, scenario.topology),
    load: { ...loadRecord(load), headers: load.headers },
    alongside: (scenario.alongside ?? []).map((named) => ({
      ...namedLoadRecord(named),
      headers: named.headers,
    })),
    steadyState: scenario.steadyState,
    faults: plannedFaults(scenario),
    abortRules: (scenario.abort ?? []).map(({ title }) => title),
    blastRadius: radiusRecord(scenario),
    observeMs: scenario.observeMs,
    stableMs: scenario.stableMs,
    heartbeat: heartbeat === undefined ? null : { of: heartbeat.of, periodMs: heartbeat.periodMs },
    objectives: scenario.objectives.map(plannedObjective),
    trials: phasesBySeed(seed, trials).map((fraction, index) => ({
      index,
      seed: deriveSeed(seed, "trial", index),
      phaseMs: heartbeat === undefined ? null : fraction * heartbeat.periodMs,
    })),
    supportsPercentile: supportedPercentile(trials),
    estimated: estimateDuration(scenario, trials, environment),
  };
}

function plannedTopology(
  { environment, topologyId }: PlanOptions,
  topology: Topology,
): PlannedTopology {
  const { subnet, listeners, pools } = topology;
  const id = topologyId ?? topology.id;
  const rankOf = rankByGroup(topology);
  return {
    id,
    subnet,
    virtualAddress: topology.virtualAddress ?? null,
    nodes: inOrder(topology.nodes, ({ group }) => rankOf(group)).map((node) => ({
      id: node.id,
      role: node.role,
      group: node.group,
      address: node.address,
      extraAddresses: node.extraAddresses,
      processes: node.processes.map(({ name }) => name),
      container: environment === "docker" ? `${id}-${node.id}` : null,
    })),
    links: inOrder(topology.links, ({ from }) => rankOf(from)),
    listeners,
    pools,
  };
}

/** How far a group, or the group of a node, is from where requests begin. */
function rankByGroup(topology: Topology): (id: string) => number {
  const { groups } = topologyGraph(topology);
  return (id) => {
    const group = topology.nodes.find((node) => node.id === id)?.group ?? id;
    const inGroup = groups.find(({ nodes }) => topology.nodes[nodes[0] ?? 0]?.group === group);
    return inGroup?.rank ?? 0;
  };
}

function inOrder<T>(all: readonly T[], rankOf: (one: T) => number): T[] {
  return all.toSorted((a, b) => rankOf(a) - rankOf(b));
}

function plannedFaults({ faults, topology }: Scenario): PlannedFault[] {
  let atMs = 0;
  return faults.map(({ fault, afterMs, forMs }) => {
    atMs += afterMs;
    const planned = {
      kind: fault.kind,
      title: fault.title,
      targets: fault.targets(topology),
      atMs,
      forMs: forMs ?? null,
      takesDown: fault.takesDown?.(topology) ?? [],
    };
    atMs += forMs ?? 0;
    return planned;
  });
}

function plannedObjective(objective: Objective): PlannedObjective {
  const { id, title, unit, statistic, minimumSamples, bound } = objective;
  const predicted = bound.kind === "predicted" ? bound.window : null;
  return {
    id,
    title,
    unit,
    statistic,
    minimumSamples,
    bound: boundText(objective),
    atLeast: bound.kind === "at-least" ? bound.value : (predicted?.floorMs ?? null),
    atMost: bound.kind === "at-most" ? bound.value : (predicted?.ceilingMs ?? null),
    slackMs: bound.kind === "predicted" ? bound.slackMs : null,
    predicted,
  };
}
