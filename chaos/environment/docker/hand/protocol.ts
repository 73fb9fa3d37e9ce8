import type { ToldSignal } from "../../environment.ts";
import type { SeenSignal } from "../../signal-until-seen.ts";

/**
 * What runner and hand say to each other: newline-delimited JSON on the hand's standard input and
 * output. The hand ends at end-of-file, so it does not outlive the runner.
 */

/** Something that only a process on the engine's machine can do. Pids are those of that machine. */
export type HandAction =
  /** Which port of which bridge a node's link goes into. `init` is the node's first process. */
  | { readonly kind: "find-port"; readonly init: number }
  | { readonly kind: "set-link"; readonly port: string; readonly connected: boolean }
  | { readonly kind: "inspect"; readonly init: number; readonly port: string }
  /** SIGKILL to every process of a node at once. */
  | { readonly kind: "kill"; readonly node: string; readonly init: number }
  /** A signal to a process of a node and all below it. */
  | {
      readonly kind: "signal-tree";
      readonly node: string;
      readonly init: number;
      /** The number that the process has inside the node. */
      readonly innerPid: number;
      readonly signal: SeenSignal;
    }
  /** A signal to a process of a node alone. */
  | {
      readonly kind: "tell-process";
      readonly node: string;
      readonly init: number;
      readonly innerPid: number;
      readonly signal: ToldSignal;
    }
  /** Wakes whatever of a node was stopped. */
  | { readonly kind: "wake"; readonly node: string; readonly init: number }
  | {
      readonly kind: "signal-one";
      readonly pid: number;
      readonly signal: "SIGTERM" | "SIGKILL";
    };

/** A line of the runner. */
export interface HandRequest {
  readonly id: number;
  readonly action: HandAction;
  /** Act at this time on CLOCK_MONOTONIC. */
  readonly atNs: string | null;
}

/** What an action brought to light; what it has nothing to say of is absent. */
export interface HandFindings {
  readonly port?: string;
  readonly running?: number;
  readonly stopped?: number;
  readonly connected?: boolean;
}

/** A line of the hand. */
export type HandMessage =
  /** It is there; the boot id tells whether it runs on the runner's own kernel. */
  | { readonly kind: "ready"; readonly bootId: string }
  /** Done; it took effect between these two times. */
  | {
      readonly kind: "done";
      readonly id: number;
      readonly fromNs: string;
      readonly toNs: string;
      readonly findings: HandFindings;
    }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
