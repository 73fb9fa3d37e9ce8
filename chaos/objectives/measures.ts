import type { EventType } from "../../balancer/index.ts";
import type { TimelineEvent } from "../environment/environment.ts";
import type { ProbeRecord } from "../measurement/probe.ts";
import type { Measured } from "../report/record.ts";
import type { TrialData } from "../scenario.ts";
import { probesOf } from "./build-objective.ts";
import { hurtBy } from "./hurt-nodes.ts";
import { earliestEffectNs } from "./moments.ts";

/** What objectives measure in one trial. */

/** P6 − P1; a trial that never recovered has one of at least the time observed. */
export function outageOf({ trial, observedMs }: TrialData): Measured {
  if (trial.outage.value !== null) return trial.outage;
  const failed = trial.probes.failedDuring > 0;
  return failed ? { ...trial.outage, atLeast: observedMs } : trial.outage;
}

/** How many requests of a load failed that were open when the fault may have taken effect, or began later. */
export function failedSinceFault(data: TrialData, of?: string): Measured {
  const load = probesOf(data, of);
  if (load.reason !== undefined) return { value: null, reason: load.reason };
  const { probes } = load;
  const ended = probes.some((probe) => BigInt(probe.completedNs) >= data.injectedNs);
  if (!ended) return { value: null, reason: "no probe ended after the fault" };
  return { value: failedSince({ ...data, probes }).length };
}

/** The requests that failed and were open when the fault may have taken effect, or began later. */
export function failedSince(data: TrialData): readonly ProbeRecord[] {
  const earliestNs = earliestEffectNs(data);
  return data.probes.filter(
    ({ completedNs, outcome }) => BigInt(completedNs) >= earliestNs && outcome !== "ok",
  );
}

/** When the client knew the new owner; P4 if it had nothing to learn. */
export function momentOfMove({
  trial,
}: TrialData): { readonly atNs: bigint } | { readonly reason: string } {
  const { moved, elected } = trial.marks;
  if (moved.atMs !== null) return { atNs: BigInt(moved.monotonicNs) };
  if (elected.atMs !== null) return { atNs: BigInt(elected.monotonicNs) };
  return { reason: moved.reason };
}

/** How many requests had been sent and were not answered when the address moved. */
export function openAtMove(data: TrialData): Measured {
  const moved = momentOfMove(data);
  if ("reason" in moved) return { value: null, reason: moved.reason };
  const open = data.probes.filter(
    ({ sentNs, completedNs }) =>
      BigInt(sentNs) < moved.atNs &&
      BigInt(completedNs) >= moved.atNs &&
      BigInt(completedNs) >= data.injectedNs,
  );
  return { value: open.length };
}

/**
 * Requests that had been sent and were not answered at the first fault, and could have been on a node that
 * it hurt: those that failed (their node is unknown) and those that one of them answered. A dying process
 * takes requests until the kernel has closed its sockets, which is what the uncertainty of P1 spans.
 */
export function inFlightOnHurt(data: TrialData): number {
  const { trial, probes, injectedNs } = data;
  const hurt = hurtBy(data, injectedNs);
  // Somewhere within the uncertainty of P1 the process stopped to serve.
  const uncertaintyNs = BigInt(Math.ceil((trial.faults[0]?.uncertaintyMs ?? 0) * 1e6));
  return probes.filter(
    (probe) =>
      BigInt(probe.sentNs) < injectedNs + uncertaintyNs &&
      BigInt(probe.completedNs) >= injectedNs - uncertaintyNs &&
      (probe.node === null || hurt.has(probe.node)),
  ).length;
}

/** How many events of that kind there were from the fault on. */
export function countEvents(
  data: TrialData,
  type: EventType,
  matches: ((event: TimelineEvent, data: TrialData) => boolean) | undefined,
): number {
  return data.events.filter(
    (event) =>
      event.type === type &&
      BigInt(event.monotonicNs) >= data.injectedNs &&
      matches?.(event, data) !== false,
  ).length;
}
