/** One figure of `docs/figures.md`: what was promised, what was measured, and how. */
export interface Figure {
  readonly title: string;
  readonly rows: readonly FigureRow[];
  /** How it was measured, in a sentence or two. */
  readonly method: string;
}

/** A promise and what was measured of it. */
export interface FigureRow {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly held: boolean;
}

/** Figures as Markdown tables. */
export function renderFigures(figures: readonly Figure[], environment: readonly string[]): string {
  const sections = figures.map(({ title, rows, method }) =>
    [
      `## ${title}`,
      "",
      "| what | wanted | measured | |",
      "| --- | --- | --- | --- |",
      ...rows.map(
        ({ what, wanted, measured, held }) =>
          `| ${what} | ${wanted} | ${measured} | ${held ? "held" : "**missed**"} |`,
      ),
      "",
      method,
    ].join("\n"),
  );
  return `${[
    "# Figures",
    "Written by `npm run figures`. Times are milliseconds unless a unit stands beside them. A figure belongs to the machine and the run it was taken on:",
    environment.map((line) => `- ${line}`).join("\n"),
    ...sections,
  ].join("\n\n")}\n`;
}

/** A number with a fixed number of digits; a dash when there is none. */
export function digits(value: number | null | undefined, count = 1): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? "–"
    : value.toFixed(count);
}
