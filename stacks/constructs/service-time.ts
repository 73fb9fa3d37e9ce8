import type { Duration } from "./duration.ts";

/** How long a backend works on a request that does not say so itself. */
export class ServiceTime {
  readonly #flag: string;

  private constructor(flag: string) {
    this.#flag = flag;
  }

  /** The same for every request. */
  static constant(time: Duration): ServiceTime {
    return new ServiceTime(`constant:${time.toMilliseconds()}`);
  }

  /** Exponentially distributed around a mean, drawn from the backend's seed. */
  static exponential(mean: Duration): ServiceTime {
    return new ServiceTime(`exponential:${mean.toMilliseconds()}`);
  }

  /** As the sample application's `--service` takes it. */
  toString(): string {
    return this.#flag;
  }
}
