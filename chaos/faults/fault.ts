import type { Topology } from "../../stacks/topology.ts";
import type { Deployment, Moment } from "../environment/environment.ts";
import { withNextStep } from "../errors.ts";
import type { FaultPart } from "../report/record.ts";

/**
 * Something injected and healed. One file a fault; its life is described → prepared → injected →
 * healed, each state a type of its own, so that nothing can be healed that was not injected.
 */
export interface Fault {
  /** A stable name: `kill`, `silent-kill`, `kill-process`, `stall-link`. */
  readonly kind: string;
  /** Kind and target for people: `silent kill of the node that holds the address`. */
  readonly title: string;
  /**
   * Checks that everything it names exists, before anything starts.
   *
   * @throws UnknownName that lists what there is
   */
  check(topology: Topology): void;
  /** Ids of the nodes or links that it may turn out to act on, the likeliest first. */
  targets(topology: Topology): readonly string[];
  /** The nodes that it takes down; the blast radius of a scenario counts them. @default none */
  takesDown?(topology: Topology): readonly DownNodes[];
  /** Gets ready whatever the injection needs, before the steady state, so that the injection itself is quick. */
  prepare(deployment: Deployment, chance?: Chance): Promise<PreparedFault>;
}

/** So many of these nodes are down: dead, frozen, hung or cut off, so that they serve nobody. */
export interface DownNodes {
  /** How many; all of them when it is their number. */
  readonly count: number;
  /** Ids of those that it may turn out to be. */
  readonly of: readonly string[];
  /** `before`: only from the beginning of the trial to the injection. @default "during" the fault */
  readonly when?: "during" | "before";
}

/** What a fault may draw lots by. */
export interface Chance {
  /** Of this fault in this trial. */
  readonly seed: number;
}

/** A fault that can be injected at any moment. Disposing lets go of what the preparation took. */
export interface PreparedFault extends AsyncDisposable {
  /** Node or link it would act on now: the owner of a floating address may change until then. */
  aim(): string;
  /** The nodes that it would take down now, when they are not the one that it aims at. */
  downNow?(): readonly string[];
  /**
   * Makes it real. The undo intent is in the journal before anything is touched.
   *
   * @throws FaultError when it cannot be injected
   */
  inject(context: InjectionContext): Promise<InjectedFault>;
}

/** What an injection is given. */
export interface InjectionContext {
  /** Inject at this time on CLOCK_MONOTONIC; at once when absent. */
  readonly atNs?: bigint;
  readonly journal: UndoJournal;
  /** Ends a wait for a later moment; what has begun by then is finished. @default nothing does */
  readonly signal?: AbortSignal;
}

/** Where undo intents are written down, durably, before the injection. */
export interface UndoJournal {
  /**
   * Resolves when the intent is on disk.
   *
   * @throws FaultError when an intent that is not done holds the same of its target
   */
  intend(intent: UndoIntent): Promise<PendingIntent>;
}

/** An intent that is on disk. */
export interface PendingIntent {
  /** It was undone. */
  done(): Promise<void>;
  /** It could not be undone, and holds nothing any more: nobody could ever free its target. */
  letGo(): void;
}

/** What must be undone; enough for a later process to do it. */
export interface UndoIntent {
  readonly fault: string;
  /** Node or link it acts on. */
  readonly target: string;
  /** What undoes it, for people and for a later process: `start node lb-a`. */
  readonly undo: string;
  /**
   * What of its target it holds: `link`. Another fault that holds the same is refused until this one is
   * healed, because undoing either would undo both. @default nothing: it may be there several times
   */
  readonly holds?: string;
  /** Undoing it starts its target anew, so that nothing else holds anything of it. @default false */
  readonly restarts?: boolean;
}

/** A fault that is active. Disposing heals; healing twice is harmless. */
export interface InjectedFault extends AsyncDisposable {
  readonly moment: Moment;
  /** Node or link it acts on. */
  readonly target: string;
  /** What it does to whom, when it consists of several faults. @default itself to its target */
  readonly parts?: readonly FaultPart[];
  /**
   * Looks whether the fault is really active. Not active makes the run invalid.
   *
   * @param signal ends a look that takes long. @default nothing does
   */
  verify(signal?: AbortSignal): Promise<Verification>;
  /** Undoes it; resolves with the moment at which it was gone. */
  heal(): Promise<Moment>;
}

/** What was seen when the fault was checked. */
export interface Verification {
  readonly active: boolean;
  /** What was looked at and what it showed, for the report. */
  readonly evidence: string;
}

/** A fault that could not be injected or healed. */
export class FaultError extends Error {
  readonly code = "fault";
  readonly side = "internal";
  readonly retryable = false;

  constructor(what: string, next: string, cause?: unknown) {
    super(withNextStep(what, next), { cause });
    this.name = "FaultError";
  }
}
