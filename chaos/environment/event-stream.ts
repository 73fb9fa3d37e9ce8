import type { TimelineEvent } from "./environment.ts";
import { LabError } from "./errors.ts";

/** Every event of a deployment so far, and the ones to come. */
export class EventStream {
  readonly #events: TimelineEvent[] = [];
  readonly #listeners = new Set<(event: TimelineEvent) => void>();
  readonly #failures = new Set<(error: Error) => void>();
  #failed: Error | undefined;

  push(event: TimelineEvent): void {
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** Ends every wait, now and later, with this error. */
  fail(error: Error): void {
    this.#failed ??= error;
    for (const reject of this.#failures) reject(error);
  }

  all(): readonly TimelineEvent[] {
    return this.#events;
  }

  /** Calls back for each event from now on; returns the way to end that. */
  listen(listener: (event: TimelineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The first event, past or to come, that matches.
   *
   * @param lastOutput what to show when it does not come in time
   * @throws LabError at the deadline, or what `fail` was called with
   */
  waitFor(
    matches: (event: TimelineEvent) => boolean,
    options: {
      readonly deadlineMs: number;
      readonly waitingFor: string;
      readonly lastOutput: () => readonly string[];
    },
  ): Promise<TimelineEvent> {
    const past = this.#events.find(matches);
    if (past !== undefined) return Promise.resolve(past);
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(deadline);
        stop();
        this.#failures.delete(onFailure);
        act();
      };
      const onFailure = (error: Error): void => finish(() => reject(error));
      const deadline = setTimeout(() => {
        const what = `${options.waitingFor} did not happen within ${options.deadlineMs} ms`;
        finish(() => reject(new LabError(what, options.lastOutput())));
      }, options.deadlineMs);
      const stop = this.listen((event) => {
        if (matches(event)) finish(() => resolve(event));
      });
      this.#failures.add(onFailure);
    });
  }
}
