import { METRICS } from "../metric.ts";
import type { Cell, ComparisonRecord, FaultResult } from "../record.ts";
import { METRIC_FORMATS, NO_NUMBER, written } from "./numbers.ts";
import { byRank, originOf, rankRule, VERDICTS, winnerOf } from "./words.ts";

/** How {@link renderComparisonTerminal} writes. */
export interface ComparisonTerminalOptions {
  /** Dim and bold by ANSI escapes. */
  readonly colour: boolean;
}

type Style = (text: string) => string;

/** A comparison as tables: all cells, then each fault by rank; ends with a line feed. */
export function renderComparisonTerminal(
  record: ComparisonRecord,
  options: ComparisonTerminalOptions,
): string {
  const style =
    (code: number): Style =>
    (text) =>
      options.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const [bold, dim] = [style(1), style(2)];
  const { overall, faults, metric, repetitions } = record;
  const lines = [
    bold(
      `${overall.policy} is the simplest policy that is among the best most often: under ${overall.bestIn} of ${overall.faults} faults.`,
    ),
    "",
    dim(`${METRICS[metric].title}: median of ${repetitions} runs, and rank`),
    ...matrix(record, bold, dim),
    "",
    dim(rankRule(record)),
    dim(originOf(record)),
    ...faults.flatMap((fault) => ["", ...faultLines(record, fault, bold, dim)]),
    ...liveLines(record, dim),
    "",
    dim(`again: ${record.command}`),
  ];
  return `${lines.join("\n")}\n`;
}

function matrix({ faults, policies, metric }: ComparisonRecord, bold: Style, dim: Style): string[] {
  const format = METRIC_FORMATS[metric].value;
  const textOf = (cell: Cell | undefined): string => {
    if (cell?.value === null || cell === undefined) return NO_NUMBER;
    const live = cell.live === null ? "" : " live";
    return `${written(cell.value.median, format)} #${cell.rank ?? NO_NUMBER}${live}`;
  };
  const table = [
    ["policy", ...faults.map(({ id }) => id)],
    ...policies.map(({ policy }, at) => [policy, ...faults.map(({ cells }) => textOf(cells[at]))]),
  ];
  return aligned(table).map((row, index) => {
    if (index === 0) return dim(row.join("  "));
    const isBest = (column: number) => faults[column - 1]?.cells[index - 1]?.rank === 1;
    return row.map((text, column) => (isBest(column) ? bold(text) : text)).join("  ");
  });
}

function faultLines(
  record: ComparisonRecord,
  fault: FaultResult,
  bold: Style,
  dim: Style,
): string[] {
  const { value, difference, differenceUnit } = METRIC_FORMATS[record.metric];
  const head = ["rank", "policy", "median", "95 % interval"];
  const against = [`less ${record.baseline}, ${differenceUnit}`, "p", "effect", ""];
  const rows = byRank(fault).map(({ cell }): string[] => {
    const { againstBaseline: other } = cell;
    const spread =
      cell.value === null
        ? NO_NUMBER
        : `${written(cell.value.low, value)} to ${written(cell.value.high, value)}`;
    return [
      String(cell.rank ?? NO_NUMBER),
      cell.policy,
      written(cell.value?.median, value),
      spread,
      other === null
        ? NO_NUMBER
        : `${written(other.median, difference)} [${written(other.low, difference)}, ${written(other.high, difference)}]`,
      written(other?.correctedPValue, "p-value"),
      other === null ? NO_NUMBER : other.effect,
      other === null
        ? "baseline"
        : `${VERDICTS[other.verdict].sign} ${VERDICTS[other.verdict].word}`,
    ];
  });
  const [header = [], ...body] = aligned([[...head, ...against], ...rows], [1, 6, 7]);
  return [
    `${bold(fault.id)}  ${fault.title}`,
    winnerOf(fault),
    dim(header.join("  ").trimEnd()),
    ...body.map((row) => row.join("  ").trimEnd()),
  ];
}

function liveLines(record: ComparisonRecord, dim: Style): string[] {
  const { live, metric } = record;
  if (live === null) return [];
  const { value, difference, differenceUnit } = METRIC_FORMATS[metric];
  const rows = record.faults.flatMap(({ id, cells }) =>
    cells.flatMap((cell) =>
      cell.live === null
        ? []
        : [
            [
              id,
              cell.policy,
              written(cell.live.runs.length, "count"),
              written(cell.live.median, value),
              written(cell.value?.median, value),
              written(cell.live.delta, difference),
              written(cell.live.pValue, "p-value"),
            ],
          ],
    ),
  );
  const head = [
    "fault",
    "policy",
    "live runs",
    "live",
    "simulated",
    `shift, ${differenceUnit}`,
    "p",
  ];
  const [header = [], ...body] = aligned([head, ...rows], [1]);
  return [
    "",
    `Live: ${written(live.trials, "count")} runs in ${written(live.spentMs, "duration")}; live less simulated, median over cells: ${written(live.medianDelta, difference)} ${differenceUnit}.`,
    ...(rows.length === 0 ? [] : [dim(header.join("  ")), ...body.map((row) => row.join("  "))]),
    ...live.failed.map(
      ({ fault, policy, reason }) => `not measured: ${policy}, ${fault}: ${reason}`,
    ),
    ...live.left.map(({ what, reason }) => dim(`not live: ${what}: ${reason}`)),
  ];
}

/** Cells padded to columns: the first to the left, as those that are named; the others to the right. */
function aligned(
  rows: readonly (readonly string[])[],
  leftToo: readonly number[] = [],
): string[][] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? "").length)),
  );
  return rows.map((row) =>
    row.map((text, at) =>
      at === 0 || leftToo.includes(at)
        ? text.padEnd(widths[at] ?? 0)
        : text.padStart(widths[at] ?? 0),
    ),
  );
}
