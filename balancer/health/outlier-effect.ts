import type { ConsecutiveKind } from "./outlier-rules.ts";

/** What took a backend out. */
export type EjectionReason = `consecutive-${ConsecutiveKind}` | "success-rate" | "latency";

/**
 * Why nobody was ejected although somebody failed often enough.
 *
 * - `shared-failure`: too many fail alike, so that it is something that they share
 * - `cap`: as many as may be are ejected
 * - `last`: nobody else would be left
 */
export type SpareReason = "shared-failure" | "cap" | "last";

/** Why a backend is back. */
export type ReadmissionReason = "time" | "check-passed" | "shared-failure" | "cap" | "switched-off";

/** What live traffic made of a backend so far: plain data, for people and for other processes. */
export interface EjectionRecord {
  /** How often it was ejected of late: the factor of the base ejection time. */
  readonly ejections: number;
  /** Why it is ejected, or was last; null for never. */
  readonly reason: EjectionReason | null;
  /** Until it is back; null when it is not ejected. */
  readonly readmitInMs: number | null;
}

/** What a backend showed, and the bound that it is beyond: success rates, or milliseconds. */
export interface EjectionFigures {
  readonly value: number;
  readonly bound: number;
}

/** What others are to be told. */
export type OutlierEffect<B> =
  | {
      readonly kind: "ejected";
      readonly backend: B;
      readonly reason: EjectionReason;
      readonly forMs: number;
      /** How often it was ejected of late, this one included. */
      readonly ejections: number;
      /** With what goes by statistics. */
      readonly figures: EjectionFigures | null;
    }
  | {
      readonly kind: "readmitted";
      readonly backend: B;
      readonly because: ReadmissionReason;
      readonly afterMs: number;
    }
  | {
      readonly kind: "spared";
      readonly backend: B;
      readonly reason: SpareReason;
      readonly detection: EjectionReason;
      /** Ids of those that fail alike, the spared one included. */
      readonly failing: readonly string[];
    };
