/** So many are named; things of another kind differ in everything. */
const NAMED = 12;

/**
 * Where two plain values differ, one line each: `nodes.lb-a.address: recorded "198.18.7.11", now
 * "198.18.8.11"`. Empty when they are the same; of very many the first are named and the rest counted.
 *
 * @param words what the first and the second value are called: `recorded`, `now`
 */
export function differencesBetween(
  first: unknown,
  second: unknown,
  words: readonly [string, string],
): readonly string[] {
  const all = differences("", first, second, words);
  const more = all.length - NAMED;
  return more > 0 ? [...all.slice(0, NAMED), `and ${more} more`] : all;
}

function differences(
  path: string,
  first: unknown,
  second: unknown,
  words: readonly [string, string],
): string[] {
  if (isPlain(first) && isPlain(second)) {
    const keys = new Set([...Object.keys(second), ...Object.keys(first)]);
    return [...keys].flatMap((key) =>
      differences(path === "" ? key : `${path}.${key}`, first[key], second[key], words),
    );
  }
  const [is, should] = [shown(first), shown(second)];
  return is === should ? [] : [`${path}: ${words[0]} ${is}, ${words[1]} ${should}`];
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
