import { describeProblem, InvalidDocument } from "../../balancer/index.ts";
import type { Problem } from "../../balancer/index.ts";

/** What each of several pieces of work returns. */
type Results<Works extends readonly (() => unknown)[]> = {
  -readonly [Place in keyof Works]: ReturnType<Works[Place]>;
};

/**
 * What several pieces of work return, each of which may refuse what it was given: the problems of one
 * do not hide another's, and what two of them find is told once.
 *
 * @throws InvalidDocument with the problems of all of them
 */
export function atOnce<const Works extends readonly (() => unknown)[]>(
  works: Works,
): Results<Works> {
  const problems = new Map<string, Problem>();
  const results = works.map((work) => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      for (const problem of error.problems) problems.set(describeProblem(problem), problem);
      return undefined;
    }
  });
  if (problems.size > 0) throw new InvalidDocument("The topology", [...problems.values()]);
  return results as Results<Works>;
}
