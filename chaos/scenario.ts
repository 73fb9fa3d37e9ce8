import type { Topology } from "../stacks/topology.ts";
import type { AbortRule } from "./abort/abort-rule.ts";
import type { Fault } from "./faults/fault.ts";
import type { EventMark } from "./measurement/marks.ts";
import type { PredictedWindow } from "./measurement/predicted-window.ts";
import type { Arrivals, ProbeRecord, Traffic } from "./measurement/probe.ts";
import type { TimelineEvent } from "./environment/environment.ts";
import type { Measured, TrialRecord } from "./report/record.ts";

/**
 * A scenario: one sentence that should hold, and everything needed to find out. Plain data plus
 * functions; `evenkeel run` and vitest execute the same object.
 */
export interface Scenario extends ScenarioDefinition {
  readonly sentence: string;
}

export interface ScenarioDefinition {
  readonly topology: Topology;
  /** The load that marks, outage and steady state are seen by. */
  readonly load: Load;
  /** Further loads beside it, by ids that objectives name. @default none */
  readonly alongside?: readonly NamedLoad[];
  readonly steadyState: SteadyState;
  /** In the order of injection. */
  readonly faults: readonly FaultStep[];
  /** Observed after the last fault was injected (or healed, if it is), at most; a recovery that is stable ends it early. */
  readonly observeMs: number;
  /** What ends a trial early, heals it, and leaves the rest of the run out. @default nothing */
  readonly abort?: readonly AbortRule[];
  /** How much may be down at once. @default never all balancers nor all backends of a pool */
  readonly blastRadius?: BlastRadius;
  /** Successes in a row, in milliseconds, after which the recovery counts as stable. */
  readonly stableMs: number;
  /** The heartbeat over whose period the injection is spread; absent when none decides the outcome. */
  readonly heartbeat?: Heartbeat;
  /** Which events are the marks "detected", "elected" and "moved". */
  readonly marks: (hurt: Hurt) => EventMarks;
  /** What theory says of this topology and load. */
  readonly predictions: readonly PredictedWindow[];
  readonly objectives: readonly Objective[];
  /** Default number of trials. */
  readonly trials: number;
  /** The same with its mechanism switched off: it must fail, or the scenario proves nothing. */
  readonly control: Control;
}

/** Open-loop load: requests when they are due, whatever the answers. */
export interface Load {
  /** Client node that sends. */
  readonly client: string;
  readonly address: string;
  /** Further addresses: requests go to all of them in turns. @default none */
  readonly otherAddresses?: readonly string[];
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Requests per second. */
  readonly ratePerSecond: number;
  /** How they are spread over time. @default constant */
  readonly arrivals?: Arrivals;
  /** What carries them, and who sends them. @default fresh */
  readonly traffic?: Traffic;
  /** How often a request that failed in time is sent again at once, to the next address. @default 0 */
  readonly retries?: number;
  readonly connectTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

/** How much of the topology a scenario's faults may take down at the same time. */
export interface BlastRadius {
  /** At most so many nodes, a whole number from 0. @default as many as the faults name */
  readonly nodesDown?: number;
  /** All balancers, or all backends of a pool, may be down. @default false */
  readonly allowTotalLoss?: boolean;
}

/** A load beside the main one. */
export interface NamedLoad extends Load {
  /** By which objectives and reports name it: `[a-z][a-z0-9-]{0,30}`. */
  readonly id: string;
}

/** What must hold before a fault, or the run says nothing: no failed probe for this long. */
export interface SteadyState {
  readonly durationMs: number;
  readonly deadlineMs: number;
}

export interface FaultStep {
  readonly fault: Fault;
  /** After the steady state, or after the step before was injected or healed. */
  readonly afterMs: number;
  /** Healed after this time; absent: not before the end of the trial. */
  readonly forMs?: number;
}

/** Who was hurt, and who served at that time. */
export interface Hurt {
  readonly topology: Topology;
  /** Node or link that the first fault acts on. */
  readonly target: string;
  /** Balancer that held the floating address at that moment; null without one. */
  readonly owner: string | null;
  /** Where clients sent the address's frames then; null when none has said so. */
  readonly ownerMac: string | null;
}

/** The events that are marks P3 to P5 of a failover. */
export interface EventMarks {
  readonly detected: EventMark;
  readonly elected: EventMark;
  readonly moved: EventMark;
}

/** A periodic event that decides how long detection takes. */
export interface Heartbeat {
  readonly of: "advert" | "check";
  readonly periodMs: number;
  /** Whether the fault must silence the beat, as the death of a VRRP master does. A checker goes on. */
  readonly silenced: boolean;
  readonly isBeat: (event: TimelineEvent, hurt: Hurt) => boolean;
}

/** Everything that one trial saw, for objectives. */
export interface TrialData {
  readonly trial: Omit<TrialRecord, "objectives" | "verdict" | "reasons" | "spoilt">;
  readonly hurt: Hurt;
  /** P1 of the first fault. */
  readonly injectedNs: bigint;
  /** How long probes were sent after P1. */
  readonly observedMs: number;
  /** What this trial's probes can tell apart, those of the main load. */
  readonly resolutionMs: number;
  /** The same of the loads beside it, by their ids. */
  readonly alongsideResolutionMs: Readonly<Record<string, number>>;
  /** Of the main load. */
  readonly probes: readonly ProbeRecord[];
  /** Of the loads beside it, by their ids. */
  readonly alongside: Readonly<Record<string, readonly ProbeRecord[]>>;
  readonly events: readonly TimelineEvent[];
  readonly topology: Topology;
}

/** A measurable promise. */
export interface Objective {
  readonly id: string;
  readonly title: string;
  /** Id of the load beside the main one that it speaks of, whose resolution it is judged with. @default - the main load */
  readonly of?: string;
  readonly unit: "ms" | "count" | "ratio";
  /**
   * It is a ratio that can be above 1. Any other ratio is a share, which a ceiling of 1 could not fail.
   * @default false
   */
  readonly aboveOne?: boolean;
  /** The quantile that it takes within one trial, above 0, at most 1. @default none */
  readonly quantile?: number;
  readonly statistic: "every trial" | "median" | `p${number}`;
  readonly measure: (data: TrialData) => Measured;
  readonly bound: Bound;
  /** Fewer measured trials make it inconclusive. A whole number from 1. */
  readonly minimumSamples: number;
  /**
   * What a missed bound's message says beside the value, such as which errors the load it speaks of had.
   * @default - in which phase the trial broke, and the errors of the main load
   */
  readonly circumstances?: (data: TrialData) => string;
}

/** What a measured value may be. */
export type Bound =
  | { readonly kind: "at-most"; readonly value: number }
  | { readonly kind: "at-least"; readonly value: number }
  /** Another measure of the same trial is the ceiling: failed ≤ in flight. */
  | {
      readonly kind: "at-most-measure";
      readonly title: string;
      readonly measure: (data: TrialData) => Measured;
    }
  /** Floor and ceiling from theory, each widened by the load's own resolution in the trial and `slackMs`. */
  | {
      readonly kind: "predicted";
      /** The window in words, with the formula, for the objective as a whole. */
      readonly window: PredictedWindow;
      /** The window of one trial where that is known better, such as by who was master. */
      readonly windowOf?: (data: TrialData) => PredictedWindow;
      readonly slackMs: number;
    };

/** How the mechanism under test is switched off. */
export interface Control {
  /** What is missing: `keepalived`, `checks and retry`, `the hold`. */
  readonly without: string;
  readonly change: Partial<ScenarioDefinition>;
  /** Ids of objectives of which at least one must fail. */
  readonly mustFail: readonly string[];
}

/** Called with every scenario as its file is loaded; the way in which test runners learn of them. */
export type ScenarioListener = (scenario: Scenario) => void;

/** Where a test runner puts its listener before it loads scenario files. */
export const SCENARIO_LISTENER = Symbol.for("evenkeel.scenario-listener");

/** A scenario: its sentence and its definition in one object. Under vitest it also becomes a test. */
export function scenario(sentence: string, definition: ScenarioDefinition): Scenario {
  const whole: Scenario = { sentence, ...definition };
  const listener = (globalThis as { [SCENARIO_LISTENER]?: ScenarioListener })[SCENARIO_LISTENER];
  listener?.(whole);
  return whole;
}
