import type { EjectionReason } from "./outlier-effect.ts";
import { ADMITTED, type OutlierState } from "./outlier-state.ts";
import { OutlierTally } from "./outlier-tally.ts";

/** One that live traffic judges. */
export interface Judged {
  readonly id: string;
  /** Whether operators and checks let it serve; one that does not is neither judged nor a witness. */
  readonly inService: boolean;
}

/** What live traffic has shown of one backend, and what came of it. */
export interface OutlierMember<B> {
  readonly backend: B;
  readonly tally: OutlierTally;
  state: OutlierState;
  /** Why it is ejected, or was last. */
  reason: EjectionReason | null;
  /** Whether it was told that it is spared since its last success. */
  spared: boolean;
}

/** A backend of which nothing is known. */
export function newMember<B>(backend: B): OutlierMember<B> {
  return { backend, tally: new OutlierTally(), state: ADMITTED, reason: null, spared: false };
}
