import type { Outcome, ProbePlan, ProbeRecord } from "../probe.ts";
import type { Connection, Ending } from "./connection.ts";
import type { HttpResponse } from "./http-response.ts";

/** A probe that has not ended yet. */
export interface OpenProbe {
  readonly seq: number;
  readonly intendedNs: bigint;
  readonly sentNs: bigint;
  isOpen: boolean;
  /** Attempts so far. */
  attempts: number;
  /** How the first of several ended; null before. */
  firstOutcome: Outcome | null;
  /** Place of the address that the latest attempt went to; -1 before. */
  place: number;
  /** What the latest attempt is on; null while there is none. */
  connection: Connection | null;
  /** What came of the latest attempt; null while there is none. */
  response: HttpResponse | null;
  /** What it holds while it is open: a kept connection or a user. */
  seat: number | null;
}

/** What a record tells beside what every record tells. */
export type Findings = Pick<ProbeRecord, "user" | "missing" | "lostSession" | "began">;

/** What carries the requests of a load: one implementation a kind of traffic. */
export interface Carrier {
  /** Sends the next attempt of a probe, at once or as soon as there is a connection or a user for it. */
  send(probe: OpenProbe): void;
  /** What a complete response is. */
  judge(probe: OpenProbe, response: HttpResponse): Outcome;
  /** The probe has ended: what it held is free. Returns what was found out. */
  settle(probe: OpenProbe): Findings;
  /** Closes what is still open. */
  close(): void;
}

/** What a carrier tells. */
export interface CarrierHooks {
  /** A connection was begun. */
  readonly onConnecting: (connection: Connection) => void;
  /** The latest attempt of a probe has ended. */
  readonly onAttempted: (probe: OpenProbe, ending: Ending) => void;
}

/** Where the next attempt of a probe goes: the first in turns, those after it each to the next address. */
export function nextPlace(plan: ProbePlan, probe: OpenProbe): number {
  const wanted = probe.attempts === 0 ? probe.seq : probe.place + 1;
  return wanted % plan.addresses.length;
}

/** The address at a place of the plan. */
export function destination(plan: ProbePlan, place: number) {
  return { place, address: plan.addresses[place] ?? "", port: plan.port };
}
