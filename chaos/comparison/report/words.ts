import type { AgainstBaseline, Cell, ComparisonRecord, FaultResult } from "../record.ts";
import { METRICS } from "../metric.ts";

/** A comparison with the baseline in a word and a sign that tells it without colour. */
export const VERDICTS: Readonly<
  Record<AgainstBaseline["verdict"], { readonly sign: string; readonly word: string }>
> = {
  better: { sign: "▼", word: "better" },
  worse: { sign: "▲", word: "worse" },
  alike: { sign: "=", word: "alike" },
  unclear: { sign: "?", word: "unclear" },
};

/** The cells of a fault as a table lists them, the best first, with their place in the record. */
export function byRank({ cells }: FaultResult): readonly { cell: Cell; index: number }[] {
  const last = cells.length + 1;
  return cells
    .map((cell, index) => ({ cell, index }))
    .sort(
      (one, other) =>
        (one.cell.rank ?? last) - (other.cell.rank ?? last) ||
        (one.cell.value?.median ?? 0) - (other.cell.value?.median ?? 0),
    );
}

/** Who copes best with a fault, in a sentence. */
export function winnerOf({ best, cells, simplest, tiedWith }: FaultResult): string {
  if (best.length === cells.length) return `No policy copes better than ${simplest}, the simplest.`;
  const others = best.filter((policy) => policy !== simplest);
  if (tiedWith === 0) return `${simplest} copes best.`;
  return `${simplest} is the simplest of those that cope best; ${others.join(", ")} ${
    others.length === 1 ? "does" : "do"
  } no better.`;
}

/** How ranks come about, for whoever reads the table. */
export function rankRule({ metric }: Pick<ComparisonRecord, "metric">): string {
  return `Policies share a rank when the 95 % interval of their difference contains 0, or when they differ by less than ${METRICS[metric].margin} for sure.`;
}

/** Where the numbers come from. */
export function originOf({
  live,
  outlierDetection,
}: Pick<ComparisonRecord, "live" | "outlierDetection">): string {
  const detection = outlierDetection ? " Outlier detection is on in every cell." : "";
  return `${sourceOf(live)}${detection}`;
}

function sourceOf(live: ComparisonRecord["live"]): string {
  return live === null
    ? "Everything is simulated, by the balancer's own policies; --live 2m runs cells in a real lab."
    : "Ranks come from the simulation, which the balancer's own policies drive; cells marked live were run in a real lab too.";
}
