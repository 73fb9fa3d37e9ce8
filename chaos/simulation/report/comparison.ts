import type { PolicySummary } from "../compare.ts";
import type { ModelInput } from "../model.ts";

/** The name and version of what `--json` prints. */
export const COMPARISON_SCHEMA = "evenkeel.simulation/1";

/** A finished comparison: everything that reports are rendered from. */
export interface Comparison {
  readonly schema: typeof COMPARISON_SCHEMA;
  /** Name of the preset, or of the file of the model. */
  readonly name: string;
  /** As it is written, with what the command line changed. */
  readonly model: ModelInput;
  readonly seed: number;
  readonly repetitions: number;
  /** What repeats it. */
  readonly command: string;
  readonly policies: readonly PolicySummary[];
}

/** Requests of one run; the runs of one model may differ by chance, so the middle one. */
export function requestsOf({ policies }: Comparison): number {
  const counts = (policies[0]?.runs ?? [])
    .map(({ requests }) => requests)
    .toSorted((a, b) => a - b);
  return counts[Math.floor(counts.length / 2)] ?? 0;
}

/** Shares of failed requests in each window, over all repetitions; null where nothing arrived. */
export function failedOverTime({ runs }: PolicySummary): (number | null)[] {
  const windows = runs[0]?.windows ?? [];
  return windows.map((_, index) => {
    let [arrived, failed] = [0, 0];
    for (const run of runs) {
      arrived += run.windows[index]?.arrived ?? 0;
      failed += run.windows[index]?.failed ?? 0;
    }
    return arrived === 0 ? null : failed / arrived;
  });
}

/** Whether anybody's request failed, in any run: the median may be without failures all the same. */
export function anyFailed({ policies }: Comparison): boolean {
  return policies.some(({ runs }) => runs.some(({ requests, succeeded }) => succeeded < requests));
}
