import { decimal } from "../../report/format.ts";
import type { SaturationStep } from "./ladder.ts";
import type { CapacityRecord } from "./measure-capacity.ts";

/** Shares of the capacity whose rates are printed, for the load of a scenario. */
const SHARES = [0.4, 0.7];

const COLUMNS = [
  "connections",
  "requests/s",
  "reopened",
  "not 2xx",
  "too late",
  "machine busy",
  "stolen",
];

/** The first line of the table. */
export function renderStepHeader(): string {
  return COLUMNS.map((title) => title.padStart(widthOf(title))).join("");
}

/** One step as a line of the table. */
export function renderStep(step: SaturationStep): string {
  const { connections, perSecond, reopened, otherStatus, timeouts, machineBusy, stolenShare } =
    step;
  const cells = [
    decimal(connections, 0),
    perSecond === null ? "–" : decimal(perSecond, 1),
    decimal(reopened, 0),
    decimal(otherStatus, 0),
    decimal(timeouts, 0),
    `${decimal(machineBusy * 100, 0)} %`,
    stolenShare === null ? "–" : `${decimal(stolenShare * 100, 0)} %`,
  ];
  return cells.map((cell, index) => cell.padStart(widthOf(COLUMNS[index] ?? ""))).join("");
}

/** What was found, in a few lines that end with a line feed. */
export function renderFinding({ finding, target, steps }: CapacityRecord): string {
  const { balancer } = target;
  if (finding.kind !== "capacity") {
    return `Capacity of ${balancer}: ${finding.kind}, because ${finding.reason}.\n`;
  }
  const { perSecond, leastPerSecond, mostPerSecond, atOnce } = finding.capacity;
  const plateau = steps.filter(({ onPlateau }) => onPlateau);
  const refused = plateau.some(({ reopened }) => reopened > 0);
  const rates = SHARES.map(
    (share) => `${share * 100} % of it is ${decimal(perSecond * share, 1)}/s`,
  );
  return [
    `Capacity of ${balancer}: ${decimal(perSecond, 1)} requests/s (${decimal(leastPerSecond, 1)} to ${decimal(mostPerSecond, 1)}, ${plateau.length} steps); ${rates.join(", ")}.`,
    `It serves about ${decimal(atOnce, 0)} requests at once; ${refused ? "further connections are refused" : "further ones wait"}.`,
    "",
  ].join("\n");
}

function widthOf(title: string): number {
  return title.length + 2;
}
