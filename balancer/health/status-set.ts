/** A status, a class of them (`"2xx"`), or a range with both ends (`"200-299"`). */
export type StatusPattern = number | string;

/** How a class or a range of statuses is written; one alone is a number. */
export const STATUS_PATTERN = /^(?:[1-5]xx|[1-5]\d\d-[1-5]\d\d)$/;

/** Whether a status is among those of a list. */
export function includesStatus(patterns: readonly StatusPattern[], status: number): boolean {
  return patterns.some((pattern) => {
    const { from, to } = statusRange(pattern);
    return status >= from && status <= to;
  });
}

/** Both ends, inclusive, of what a pattern stands for. */
export function statusRange(pattern: StatusPattern): {
  readonly from: number;
  readonly to: number;
} {
  if (typeof pattern === "number") return { from: pattern, to: pattern };
  const [from = "", to] = pattern.split("-");
  if (to !== undefined) return { from: Number(from), to: Number(to) };
  const hundreds = Number(pattern[0]) * 100;
  return { from: hundreds, to: hundreds + 99 };
}
