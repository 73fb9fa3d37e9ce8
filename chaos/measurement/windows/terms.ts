/** A duration in a formula: milliseconds, at most three decimals. */
export function formatMs(ms: number): string {
  return `${Number(ms.toFixed(3))} ms`;
}

/**
 * Refuses a term that a formula has no meaning for.
 *
 * @throws RangeError that names the term, its value and what it may be
 */
export function demand(holds: boolean, name: string, value: number, range: string): void {
  if (!holds) throw new RangeError(`${name} is ${value}. Use ${range}.`);
}
