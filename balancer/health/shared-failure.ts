import type { Judged, OutlierMember } from "./outlier-member.ts";

/** When failures are taken for those of something shared. */
export interface SharingRules {
  /** How long ago others may have failed; traffic may come to one after the other. */
  readonly windowMs: number;
  /** Failures since the last success from which one counts as failing. */
  readonly enough: number;
  /** More failing ones than these share something; with fewer it must be everybody. */
  readonly cap: number;
}

/**
 * Those who fail as a suspect does, if there are too many of them for it to be the suspect's fault;
 * null otherwise. One that was ejected in the same period is among them, because nobody could know.
 *
 * @param members the whole pool
 */
export function sharersOf<B extends Judged>(
  suspect: OutlierMember<B>,
  members: Iterable<OutlierMember<B>>,
  rules: SharingRules,
): OutlierMember<B>[] | null {
  const since = suspect.tally.beganAt - rules.windowMs;
  const alike: OutlierMember<B>[] = [];
  let witnesses = 0;
  for (const member of members) {
    const { state, tally, reason, backend } = member;
    if (member === suspect || !backend.inService) continue;
    if (state.kind === "ejected") {
      // Long since out, or for another reason: it tells nothing of this period.
      if (state.ejectedAt < since || reason?.startsWith("consecutive") !== true) continue;
      alike.push(member);
    } else if (tally.streak >= rules.enough && tally.lastFailureAt >= since) alike.push(member);
    witnesses += 1;
  }
  if (alike.length === 0) return null;
  const isEverybody = alike.length === witnesses;
  return isEverybody || alike.length + 1 > rules.cap ? alike : null;
}
