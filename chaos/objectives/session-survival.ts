import type { ProbeRecord } from "../measurement/probe.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { buildObjective, probesOf, type OfLoad } from "./build-objective.ts";

/** Whether what users had been promised is still there after a fault: their sessions and their carts. */

/** What became of one user who was answered before the fault and asked again after it. */
interface UserSeen {
  /** A request sent after the fault was answered. */
  readonly answered: boolean;
  /** That, and no answer began a session anew, and no item was gone. */
  readonly survived: boolean;
  /** Items that were acknowledged and gone; each is missed by one answer only. */
  readonly missing: number;
}

/**
 * At least this share of the users kept their session and all that is in their cart. A user who asks after the
 * fault and is never answered has kept nothing.
 */
export function sessionsSurviveAtLeast(options: OfLoad & { readonly atLeast: number }): Objective {
  return buildObjective(options, {
    name: "session-survival",
    title: "share of the users whose session survived with all its items",
    unit: "ratio",
    bound: { kind: "at-least", value: options.atLeast },
    measure: (data) => {
      const seen = usersSeen(data, options.of);
      if (seen.reason !== undefined) return { value: null, reason: seen.reason };
      return { value: seen.users.filter(({ survived }) => survived).length / seen.users.length };
    },
  });
}

/** At most so many items were acknowledged to their users and are gone, over all users. */
export function itemsLostAtMost(options: OfLoad & { readonly atMost: number }): Objective {
  return buildObjective(options, {
    name: "items-lost",
    title: "acknowledged items that are gone",
    unit: "count",
    bound: { kind: "at-most", value: options.atMost },
    measure: (data) => {
      const seen = usersSeen(data, options.of);
      if (seen.reason !== undefined) return { value: null, reason: seen.reason };
      if (!seen.users.some(({ answered }) => answered))
        return { value: null, reason: NOBODY_AFTER };
      return { value: seen.users.reduce((sum, { missing }) => sum + missing, 0) };
    },
  });
}

/** At least so many users were answered before the fault and after it: there was something to lose. */
export function usersSeenAtLeast(options: OfLoad & { readonly atLeast: number }): Objective {
  return buildObjective(options, {
    name: "users-seen",
    title: "users who were answered before the fault and after it",
    unit: "count",
    bound: { kind: "at-least", value: options.atLeast },
    measure: (data) => {
      const seen = usersSeen(data, options.of);
      if (seen.reason !== undefined) return { value: null, reason: seen.reason };
      return { value: seen.users.filter(({ answered }) => answered).length };
    },
  });
}

const NOBODY_AFTER = "no user was answered before the fault and after it";

type Users =
  | { readonly users: readonly UserSeen[]; readonly reason?: undefined }
  | { readonly reason: string };

function usersSeen(data: TrialData, of: string | undefined): Users {
  const load = probesOf(data, of);
  if (load.reason !== undefined) return load;
  const byUser = answersByUser(load.probes);
  if (byUser.size === 0) return { reason: "no user of a session was answered" };
  const askedAgain = new Set(
    load.probes.flatMap(({ user, sentNs }) => (BigInt(sentNs) >= data.injectedNs ? [user] : [])),
  );
  const users = [...byUser].flatMap(([user, answers]): UserSeen[] => {
    const before = answers.some(({ completedNs }) => BigInt(completedNs) < data.injectedNs);
    if (!before || !askedAgain.has(user)) return [];
    const answered = answers.some(({ sentNs }) => BigInt(sentNs) >= data.injectedNs);
    const since = answers.filter(({ completedNs }) => BigInt(completedNs) >= data.injectedNs);
    const missing = since.reduce((sum, answer) => sum + (answer.missing ?? 0), 0);
    const lost = since.some(({ lostSession }) => lostSession === true);
    return [{ answered, survived: answered && missing === 0 && !lost, missing }];
  });
  if (users.length > 0) return { users };
  return { reason: "no user was answered before the fault and asked again after it" };
}

/** The good answers that each user got, in the order in which they were asked for. */
export function answersByUser(
  probes: readonly ProbeRecord[],
): ReadonlyMap<number, readonly ProbeRecord[]> {
  const byUser = new Map<number, ProbeRecord[]>();
  for (const probe of probes) {
    if (probe.class !== "session" || probe.user === undefined || probe.outcome !== "ok") continue;
    byUser.set(probe.user, [...(byUser.get(probe.user) ?? []), probe]);
  }
  for (const answers of byUser.values()) {
    answers.sort((a, b) => (BigInt(a.sentNs) < BigInt(b.sentNs) ? -1 : 1));
  }
  return byUser;
}
