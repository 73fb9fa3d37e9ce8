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

/**
 * Figures as Markdown tables.
 *
 * @param before the page so far; its figures that were not taken again stay
 * @param environment what they were taken on
 */
export function renderFigures(
  figures: readonly Figure[],
  before: string,
  environment: readonly string[],
): string {
  const sections = new Map(
    before
      .split(/^(?=## )/m)
      .slice(1)
      .map((section) => [section.split("\n", 1)[0] ?? "", section.trim()]),
  );
  for (const figure of figures) {
    const section = sectionOf(figure);
    sections.set(section.split("\n", 1)[0] ?? "", section);
  }
  return `${[
    "# Figures",
    "Written by `npm run figures`. Times are milliseconds unless a unit stands beside them. A figure belongs to the machine and the run it was taken on:",
    environment.map((line) => `- ${line}`).join("\n"),
    ...sections.values(),
  ].join("\n\n")}\n`;
}

function sectionOf({ title, rows, method }: Figure): string {
  return [
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
  ].join("\n");
}

/** A number with a fixed number of digits; a dash when there is none. */
export function digits(value: number | null | undefined, count = 1): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? "–"
    : value.toFixed(count);
}
