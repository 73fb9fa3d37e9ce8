import type { Duration } from "./duration.ts";

/** How long a backend works on a request that does not say so itself. */
export class ServiceTime {
  /** How long a request takes, or takes on average. */
  readonly time: Duration;
  readonly #kind: "constant" | "exponential";

  private constructor(kind: "constant" | "exponential", time: Duration) {
    this.#kind = kind;
    this.time = time;
  }

  /** The same for every request. */
  static constant(time: Duration): ServiceTime {
    return new ServiceTime("constant", time);
  }

  /** Exponentially distributed around a mean, drawn from the backend's seed. */
  static exponential(mean: Duration): ServiceTime {
    return new ServiceTime("exponential", mean);
  }

  /** As the sample application's `--service` takes it. */
  toString(): string {
    return `${this.#kind}:${this.time.toMilliseconds()}`;
  }
}
