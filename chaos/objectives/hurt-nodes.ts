import { partsOf } from "../report/fault-parts.ts";
import type { TrialData } from "../scenario.ts";

/** When faults acted on a node. */
export interface Hurting {
  readonly node: string;
  /** Kind of the fault. */
  readonly kind: string;
  readonly fromNs: bigint;
  /** Null when it was not healed. */
  readonly toNs: bigint | null;
}

/** Every fault of a trial with the node that it acted on; one that consists of several, as those. */
export function hurtings({ trial }: TrialData): readonly Hurting[] {
  return trial.faults.flatMap((fault) => {
    const { injectedNs, healedNs, uncertaintyMs } = fault;
    return partsOf(fault).map(({ kind, target }) => ({
      node: target,
      kind,
      fromNs: BigInt(injectedNs) - BigInt(Math.ceil(uncertaintyMs * 1e6)),
      toNs: healedNs === null ? null : BigInt(healedNs),
    }));
  });
}

/** Ids of the nodes that any fault of the trial acted on. */
export function hurtNodes(data: TrialData): ReadonlySet<string> {
  return new Set([data.hurt.target, ...hurtings(data).map(({ node }) => node)]);
}

/** The same of the faults that may have taken effect by then: those of the first one at P1. */
export function hurtBy(data: TrialData, atNs: bigint): ReadonlySet<string> {
  const acting = hurtings(data).filter(({ fromNs }) => fromNs <= atNs);
  return new Set([data.hurt.target, ...acting.map(({ node }) => node)]);
}
