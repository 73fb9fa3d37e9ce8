/** The object that a program says in a line; undefined of a line that is none, as the half of one from a killed program. */
export function objectOfLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What was wrong with a line, for errors; the line is cut short. */
export function notAnObject(line: string): string {
  return `said what is no object in JSON: ${line.slice(0, 100)}`;
}
