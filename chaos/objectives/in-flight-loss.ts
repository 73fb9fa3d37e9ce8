import type { Objective } from "../scenario.ts";
import { buildObjective, probesOf, type OfLoad } from "./build-objective.ts";
import { earliestEffectNs } from "./moments.ts";

/**
 * At most so many requests that were open when the fault struck had no good answer; what ended while the
 * fault may have been taking effect was open. Whether a backend had
 * acted on them nobody can tell from the client's side: its own log says so
 * (`runs/<run>/logs`, `seq` of the request).
 */
export function inFlightLossAtMost(options: OfLoad & { readonly atMost: number }): Objective {
  return buildObjective(options, {
    name: "in-flight-loss",
    title: "requests open at the fault that were lost",
    unit: "count",
    bound: { kind: "at-most", value: options.atMost },
    measure: (data) => {
      const load = probesOf(data, options.of);
      if (load.reason !== undefined) return { value: null, reason: load.reason };
      const earliestNs = earliestEffectNs(data);
      const open = load.probes.filter(
        ({ sentNs, completedNs }) =>
          BigInt(sentNs) < data.injectedNs && BigInt(completedNs) >= earliestNs,
      );
      if (open.length === 0) return { value: null, reason: "no request was open at the fault" };
      return { value: open.filter(({ outcome }) => outcome !== "ok").length };
    },
  });
}
