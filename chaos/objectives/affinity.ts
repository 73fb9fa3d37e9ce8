import type { EventType } from "../../balancer/index.ts";
import type { ProbeRecord } from "../measurement/probe.ts";
import type { Objective, TrialData } from "../scenario.ts";
import { buildObjective, probesOf, type OfLoad } from "./build-objective.ts";
import { hurtings } from "./hurt-nodes.ts";
import { answersByUser } from "./session-survival.ts";

/** What takes a backend out of service or puts it back, by the reason for it. */
const WORD: Readonly<
  Partial<
    Record<
      EventType,
      { readonly why: "checks" | "traffic" | "operator" | "farewell"; readonly out: boolean }
    >
  >
> = {
  "backend.unhealthy": { why: "checks", out: true },
  "backend.healthy": { why: "checks", out: false },
  "backend.ejected": { why: "traffic", out: true },
  "backend.readmitted": { why: "traffic", out: false },
  // Nobody tells when an operator takes it back.
  "backend.draining": { why: "operator", out: true },
  "backend.leaving": { why: "farewell", out: true },
  "backend.stayed": { why: "farewell", out: false },
};

/**
 * At most this share of the answers came to their user from another backend than the answer before,
 * although that backend could have given them: no fault acted on it, and no balancer had told that it was
 * unhealthy, ejected, drained or leaving. A return is no miss: to a backend that was not fit when the user came
 * to the one before. A user's first two answers do not count, because the first brings
 * the cookie to follow; nor do the two after a cart was full, when the user begins anew without cookies.
 *
 * @see Envoy and HAProxy call a request that follows its user to the same backend sticky
 */
export function affinityMissesAtMost(options: OfLoad & { readonly atMost: number }): Objective {
  return buildObjective(options, {
    name: "affinity-misses",
    title: "share of answers by another backend although the user's own was fit",
    unit: "ratio",
    bound: { kind: "at-most", value: options.atMost },
    measure: (data) => {
      const load = probesOf(data, options.of);
      if (load.reason !== undefined) return { value: null, reason: load.reason };
      const isFit = fitness(data);
      let followed = 0;
      let missed = 0;
      for (const answers of answersByUser(load.probes).values()) {
        let begun = 0;
        // The first answer of those in a row that came from the same backend.
        let came = answers[0];
        for (const [index, answer] of answers.entries()) {
          const { node } = answer;
          if (answer.began === true) begun = index;
          const own = index < begun + 2 ? null : (answers[index - 1]?.node ?? null);
          if (own !== null && node !== null) {
            followed += 1;
            const returns = came !== undefined && !isFit(node, came);
            if (node !== own && isFit(own, answer) && !returns) missed += 1;
          }
          if (node !== came?.node) came = answer;
        }
      }
      if (followed > 0) return { value: missed / followed };
      return { value: null, reason: "no user was answered after the second time" };
    },
  });
}

/** Says whether a backend was fit for all of the time that a request took. */
function fitness(data: TrialData): (node: string, during: ProbeRecord) => boolean {
  const hurt = hurtings(data);
  const words = data.events.filter(({ type }) => WORD[type] !== undefined);
  return (node, { sentNs, completedNs }) => {
    const [fromNs, toNs] = [BigInt(sentNs), BigInt(completedNs)];
    const unfit = hurt.some(
      (one) => one.node === node && one.fromNs <= toNs && (one.toNs === null || one.toNs >= fromNs),
    );
    if (unfit) return false;
    // By balancer and reason, whether it is out for it.
    const out = new Map<string, boolean>();
    for (const event of words) {
      const word = WORD[event.type];
      const atNs = BigInt(event.monotonicNs);
      if (word === undefined || event.data["backend"] !== node || atNs > toNs) continue;
      if (atNs > fromNs && word.out) return false;
      if (atNs <= fromNs) out.set(`${event.node} ${word.why}`, word.out);
    }
    return ![...out.values()].includes(true);
  };
}
