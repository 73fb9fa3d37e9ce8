import type { ProbeRecord } from "../measurement/probe.ts";

/** When a trial is not to go on: something worse happens than the scenario is about. */
export interface AbortRule {
  /** In words, as plan, record and report tell it: `more than 50 failed requests within 1000 ms`. */
  readonly title: string;
  /** Id of the load beside the main one that it looks at. @default none */
  readonly load?: string;
  /**
   * Why it cannot be looked at on this machine, with the next step; null when it can. Asked before
   * anything is started. @default it can
   */
  readonly missing?: () => string | null;
  /** Begins to watch a trial. What it returns is asked every {@link LOOK_EVERY_MS} until the trial was measured. */
  readonly watch: () => AbortWatch;
}

/** Says in words what it saw when the trial must end; null while it may go on. */
export type AbortWatch = (seen: TrialSoFar) => string | null;

/** How often abort rules are asked. */
export const LOOK_EVERY_MS = 50;

/** What is known of a trial while it runs. Times are CLOCK_MONOTONIC. */
export interface TrialSoFar {
  readonly nowNs: bigint;
  /** When the trial began, before its deployment. */
  readonly begunNs: bigint;
  /** P0: since when the steady state has held; null until then. */
  readonly armedNs: bigint | null;
  /** Probes of the main load that have ended, in that order. */
  readonly probes: readonly ProbeRecord[];
  /** The same of the loads beside it, by their ids. */
  readonly alongside: Readonly<Record<string, readonly ProbeRecord[]>>;
}
