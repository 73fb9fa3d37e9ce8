/** So many are named; things of another kind differ in everything. */
const NAMED = 12;
/** Longer values, such as files, are shown where they begin to differ. */
const SHOWN_LENGTH = 80;
/** How much of what is the same stands before that. */
const SAME_BEFORE = 20;

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
  const [is, should] = [textOf(first), textOf(second)];
  if (is === should) return [];
  const from = sameLength(is, should) - SAME_BEFORE;
  const [one, other] = [excerpt(is, from), excerpt(should, from)];
  return [`${path}: ${words[0]} ${one}, ${words[1]} ${other}`];
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** How many characters two texts have in common at their beginning. */
function sameLength(first: string, second: string): number {
  let length = 0;
  while (length < first.length && first[length] === second[length]) length += 1;
  return length;
}

function excerpt(text: string, from: number): string {
  if (text.length <= SHOWN_LENGTH) return text;
  const begin = Math.min(Math.max(0, from), text.length - SHOWN_LENGTH);
  const end = begin + SHOWN_LENGTH;
  return `${begin > 0 ? "…" : ""}${text.slice(begin, end)}${end < text.length ? "…" : ""}`;
}
