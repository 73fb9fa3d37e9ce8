import type { Deployment, Moment } from "../environment/environment.ts";

/** Something injected and healed. One file a fault; every one passes the fault contract suite. */
export interface Fault {
  /** Kind and target for people: `silent kill of the node that holds the address`. */
  readonly title: string;
  /** A stable name: `kill`, `silent-kill`, `process-kill`, `link-stall`. */
  readonly kind: string;
  /**
   * Makes it real. The undo intent is in the journal before anything is touched.
   *
   * @throws FaultError when it cannot be injected, with the next step
   */
  inject(context: FaultContext): Promise<InjectedFault>;
}

/** What a fault may use. */
export interface FaultContext {
  readonly deployment: Deployment;
  /** Inject at this time on CLOCK_MONOTONIC; at once when absent. */
  readonly atNs?: bigint;
  /** Writes an undo intent and returns the way to mark it done. */
  readonly journal: (intent: UndoIntent) => Promise<() => Promise<void>>;
}

/** What must be undone, written down before the injection; enough for a later process to do it. */
export interface UndoIntent {
  readonly fault: string;
  /** Node or link it acts on. */
  readonly target: string;
  readonly undo: string;
}

/** A fault that is active. Disposing heals; healing twice is harmless. */
export interface InjectedFault extends AsyncDisposable {
  readonly moment: Moment;
  /** Node or link it acts on. */
  readonly target: string;
  /** Looks whether the fault is really active. Not active makes the run invalid. */
  verify(): Promise<Verification>;
  heal(): Promise<Moment>;
}

/** What was seen when the fault was checked. */
export interface Verification {
  readonly active: boolean;
  /** What was looked at and what it showed, for the report. */
  readonly evidence: string;
}
