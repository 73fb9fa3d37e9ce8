import type { ProbeRecord } from "../probe.ts";
import type { QualityMeter } from "./quality.ts";

/** What is sent when it is due: single requests, or connections that are held. */
export interface Load {
  /** Sends what is due. */
  send(seq: number, intendedNs: bigint): void;
  /** Nothing more will be due. */
  end(): void;
  /** Whether nothing is open any more. */
  readonly isIdle: boolean;
  /** Connections that are held at length. */
  readonly held: number;
  /** Of those: opens the lost ones again, at the rate of the load. */
  openLostAgain(): void;
  /** Closes what is left; only once it is idle. */
  close(): void;
}

/** Whom a load tells. */
export interface LoadHooks {
  /** Counts what is sent, and how late. */
  readonly quality: QualityMeter;
  readonly onRecord: (record: ProbeRecord) => void;
  /** Something has ended, and its record was told. */
  readonly onEnded: () => void;
  /** Of connections that are held at length: how many, and how many were lost. */
  readonly onOpen: (open: { readonly count: number; readonly lost: number }) => void;
}

/** CLOCK_MONOTONIC. */
export function now(): bigint {
  return process.hrtime.bigint();
}
