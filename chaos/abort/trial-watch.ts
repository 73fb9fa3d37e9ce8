import { LOOK_EVERY_MS, type AbortRule } from "./abort-rule.ts";
import type { SoFar } from "./so-far.ts";
import { TrialAborted } from "./trial-aborted.ts";

/** Asks the abort rules of a trial while it runs. Disposing ends that, as often as it is asked to. */
export class TrialWatch implements Disposable {
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  /** Begins to ask. Without rules nothing is done. */
  constructor(rules: readonly AbortRule[], soFar: SoFar) {
    if (rules.length === 0) return;
    const watches = rules.map(({ title, watch }) => ({ title, ask: watch() }));
    this.#timer = setInterval(() => {
      const seen = soFar.look(process.hrtime.bigint());
      for (const { title, ask } of watches) {
        const words = wordsOf(() => ask(seen));
        if (words === null) continue;
        this[Symbol.dispose]();
        this.#stop.abort(new TrialAborted(title, words, soFar.evidence()));
        return;
      }
    }, LOOK_EVERY_MS);
  }

  /** Aborted with a `TrialAborted` once a rule says so. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** A rule that cannot be asked protects nobody. */
function wordsOf(ask: () => string | null): string | null {
  try {
    return ask();
  } catch (error) {
    return `the rule's own code failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
