import { longestGapMs } from "../load/longest-gap.ts";
import { BOUND_PER_RESOLUTION } from "../measurement/prober-quality.ts";
import type { Objective, Scenario } from "../scenario.ts";

/**
 * Which objectives compare with a duration that the load they speak of can never judge, each with its
 * place, the value and the next step: every run would be invalid, however quiet the machine. For loads
 * that can be sent.
 */
export function resolutionProblems(
  scenario: Pick<Scenario, "objectives" | "load" | "alongside" | "steadyState" | "faults">,
): readonly string[] {
  const { objectives, load: main, alongside = [] } = scenario;
  return objectives.flatMap((objective, index) => {
    const { id, of } = objective;
    const load = of === undefined ? main : alongside.find((named) => named.id === of);
    const boundMs = durationOf(objective);
    // Others tell of a load that is not declared, and of what is no finite number.
    if (load === undefined || boundMs === null || !Number.isFinite(boundMs)) return [];
    const gapMs = longestGapMs(load, scenario);
    const judgedMs = gapMs * BOUND_PER_RESOLUTION;
    if (judgedMs < boundMs) return [];
    const whose = of === undefined ? "the load" : `load ${of}`;
    const neededMs = boundMs / BOUND_PER_RESOLUTION;
    const faster =
      boundMs > 0
        ? `Send more than ${short(1_000 / neededMs)} a second from the fault on, or use`
        : "Use";
    return [
      `objectives[${index}] "${id}": its bound is ${short(boundMs)} ms, and requests of ${whose} are up to ${short(gapMs)} ms apart, which can judge only what is above ${short(judgedMs)} ms. ${faster} a longer bound.`,
    ];
  });
}

/** The duration that an objective compares with; null when it compares with none that is known before a run. */
export function durationOf({ unit, bound }: Objective): number | null {
  if (unit !== "ms") return null;
  switch (bound.kind) {
    case "predicted":
      return bound.window.ceilingMs;
    case "at-most-measure":
      return null;
    case "at-most":
    case "at-least":
      return bound.value;
  }
}

/** To the microsecond: what is too coarse by little does not read as enough. */
function short(value: number): string {
  return String(Number(value.toFixed(3)));
}
