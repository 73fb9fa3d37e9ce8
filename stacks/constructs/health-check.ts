import type { HealthCheckInput } from "../../balancer/index.ts";
import type { Duration } from "./duration.ts";

/** Settings of every kind of check; defaults are the balancer's. */
export interface CheckTiming {
  /** @default Duration.seconds(2) */
  readonly interval?: Duration;
  /** At most the interval. @default Duration.seconds(1) */
  readonly timeout?: Duration;
  /** Passes in a row that make a backend healthy. @default 2 */
  readonly rise?: number;
  /** Failures in a row that make it unhealthy. @default 3 */
  readonly fall?: number;
  /** Share by which each interval is stretched or shrunk, 0 to 0.5. @default 0.1 */
  readonly jitter?: number;
}

export interface HttpCheckProps extends CheckTiming {
  /** @default "/readyz" */
  readonly path?: string;
}

/** How a pool finds out which backends are healthy. */
export class HealthCheck {
  readonly #input: HealthCheckInput | undefined;

  private constructor(input: HealthCheckInput | undefined) {
    this.#input = input;
  }

  /** A request whose status must be 200. */
  static http(props: HttpCheckProps = {}): HealthCheck {
    const path = props.path === undefined ? {} : { path: props.path };
    return new HealthCheck({ type: "http", ...timing(props), ...path });
  }

  /** A handshake. Says nothing through a fault point, which accepts always. */
  static tcp(props: CheckTiming = {}): HealthCheck {
    return new HealthCheck({ type: "tcp", ...timing(props) });
  }

  /** No check: every backend counts as healthy. */
  static none(): HealthCheck {
    return new HealthCheck(undefined);
  }

  /** As the balancer's configuration writes it; undefined without a check. */
  toInput(): HealthCheckInput | undefined {
    return this.#input;
  }
}

function timing({ interval, timeout, rise, fall, jitter }: CheckTiming) {
  return {
    ...(interval === undefined ? {} : { interval: interval.toString() }),
    ...(timeout === undefined ? {} : { timeout: timeout.toString() }),
    ...(rise === undefined ? {} : { rise }),
    ...(fall === undefined ? {} : { fall }),
    ...(jitter === undefined ? {} : { jitter }),
  };
}
