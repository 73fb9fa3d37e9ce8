import type { Topology } from "../../stacks/topology.ts";
import type { NodeInspection } from "../environment/environment.ts";
import type { WantedFault } from "./words/fault-word.ts";

/**
 * What commands say to the keeper of a lab that stays, and what it answers: one JSON value a line
 * over a unix socket. A connection is one question and one answer.
 */
export type KeeperRequest =
  | { readonly kind: "status" }
  /** Process id, on this machine, of a node's first process. */
  | { readonly kind: "enter"; readonly node: string }
  | { readonly kind: "inject"; readonly fault: WantedFault }
  /** Undoes these, or everything. */
  | { readonly kind: "heal"; readonly faults: readonly number[] | "all" }
  | { readonly kind: "down" };

/** A fault that is active in a lab. */
export interface ActiveFault {
  /** Counts from 1 in the order of injection. */
  readonly id: number;
  readonly title: string;
  readonly target: string;
  /** When it took effect. */
  readonly monotonicNs: string;
  /** What was seen of it, right after. */
  readonly evidence: string;
}

/** A lab, as it is now. */
export interface LabStatus {
  readonly topology: Topology;
  /** When it was ready. */
  readonly sinceNs: string;
  readonly nodes: Readonly<Record<string, NodeInspection>>;
  /** Node that holds the floating address; null without one. */
  readonly owner: string | null;
  /** By balancer, as its admin API tells it; those that do not answer are left out. */
  readonly pools: Readonly<Record<string, readonly PoolShown[]>>;
  readonly faults: readonly ActiveFault[];
  /** Process id of the keeper. */
  readonly keeper: number;
}

/** What a balancer says of a backend, as far as people want to know. */
export interface BackendShown {
  readonly id: string;
  readonly health: string;
  readonly administrative: string;
  readonly ejected?: boolean;
}

/** A pool with its backends. */
export interface PoolShown {
  readonly id: string;
  readonly backends: readonly BackendShown[];
}

export type KeeperAnswer =
  | { readonly kind: "status"; readonly status: LabStatus }
  | { readonly kind: "enter"; readonly pid: number }
  | {
      readonly kind: "injected";
      readonly fault: ActiveFault;
      readonly active: boolean;
      /** It is over already: nothing is left to heal, and it has no number. */
      readonly over: boolean;
    }
  | { readonly kind: "healed"; readonly faults: readonly ActiveFault[] }
  | { readonly kind: "down" }
  | { readonly kind: "failed"; readonly message: string };
