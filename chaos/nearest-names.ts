/** More would be the list of all again. */
const MOST_GUESSES = 3;
/** Shorter ones begin too many names. */
const SHORTEST_BEGINNING = 3;

/**
 * What to ask somebody who typed a name that there is not: `Did you mean backend-killed? `, with a space at
 * its end. Empty when nothing is near, or when all names are as near as each other: they are listed anyway.
 *
 * A name is near when it begins with what was typed, else when at most a fifth of its letters are wrong, left
 * out, added or swapped.
 */
export function didYouMean(typed: string, known: readonly string[]): string {
  const near = nearestNames(typed, known);
  if (near.length === 0 || near.length === known.length) return "";
  const [last, ...others] = near.toReversed();
  const list = others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`;
  return `Did you mean ${list}? `;
}

function nearestNames(typed: string, known: readonly string[]): readonly string[] {
  const begun = known.filter((name) => name.startsWith(typed));
  if (typed.length >= SHORTEST_BEGINNING && begun.length > 0) return begun.slice(0, MOST_GUESSES);
  const near = known
    .map((name) => ({ name, wrong: lettersWrong(typed, name) }))
    .filter(({ name, wrong }) => wrong * 5 <= Math.max(name.length, typed.length));
  const least = Math.min(...near.map(({ wrong }) => wrong));
  return near
    .filter(({ wrong }) => wrong === least)
    .map(({ name }) => name)
    .slice(0, MOST_GUESSES);
}

/**
 * Letters to change, add, leave out or swap with the next one, so that one text becomes the other.
 *
 * @see F. Damerau, "A Technique for Computer Detection and Correction of Spelling Errors", 1964
 */
function lettersWrong(from: string, to: string): number {
  // Row by row: from the first letters of `from` to the first letters of `to`.
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const here = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 2] === to[column - 1] && from[row - 1] === to[column - 2];
      here.push(
        Math.min(
          (above[column] ?? 0) + 1,
          (here[column - 1] ?? 0) + 1,
          (above[column - 1] ?? 0) + (same ? 0 : 1),
          row > 1 && column > 1 && swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    before = above;
    above = here;
  }
  return above[to.length] ?? 0;
}
