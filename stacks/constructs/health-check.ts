import type { HealthCheckInput } from "../../balancer/index.ts";
import type { Duration } from "./duration.ts";

type HttpInput = Extract<HealthCheckInput, { type: "http" }>;
type TcpInput = Extract<HealthCheckInput, { type: "tcp" }>;

/** Settings of every kind of check; defaults are the balancer's. */
export interface CheckTiming {
  /** @default Duration.seconds(2) */
  readonly interval?: Duration;
  /** While a backend is between two states. @default - as interval */
  readonly fastInterval?: Duration;
  /** While it is unhealthy and fails. @default - as interval */
  readonly downInterval?: Duration;
  /** At most the interval. @default Duration.seconds(1) */
  readonly timeout?: Duration;
  /** Passes in a row that make a backend healthy. @default 2 */
  readonly rise?: number;
  /** Failures in a row that make it unhealthy. @default 3 */
  readonly fall?: number;
  /** Share by which each interval is stretched or shrunk, 0 to 0.5. @default 0.1 */
  readonly jitter?: number;
  /** Before the first verdict. @default "pending" */
  readonly initialState?: "pending" | "up" | "down";
  /** @default - the port that serves */
  readonly port?: number;
}

export interface HttpCheckProps extends CheckTiming {
  /** @default "GET" */
  readonly method?: HttpInput["method"];
  /** @default "/readyz" */
  readonly path?: string;
  /** The Host field. @default - the backend's address and port */
  readonly host?: string;
  /** Further fields of the request. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that pass: 200, `"2xx"`, `"200-299"`. @default [200] */
  readonly expectedStatus?: readonly (number | string)[];
  /** Fields that the response must have, each with a text in its value. @default - none */
  readonly expectedHeaders?: Readonly<Record<string, string>>;
  /** A text in the first 64 KiB of the body. @default - any body */
  readonly expectedBody?: string;
  /** Statuses by which a backend says that it leaves: no new work, and still healthy. @default [] */
  readonly drainStatus?: readonly (number | string)[];
}

export interface TcpCheckProps extends CheckTiming {
  /** Text, or hexadecimal digits, that is sent. @default - nothing */
  readonly send?: TcpInput["send"];
  /** What must be in the first 64 KiB that come back. @default - a connection is enough */
  readonly expect?: TcpInput["expect"];
}

/** How a pool finds out which backends are healthy. */
export class HealthCheck {
  readonly #input: HealthCheckInput | undefined;

  private constructor(input: HealthCheckInput | undefined) {
    this.#input = input;
  }

  /** A request, and what its response must be: status 200, unless more or other is said. */
  static http({ path, expectedStatus, drainStatus, ...props }: HttpCheckProps = {}): HealthCheck {
    return new HealthCheck({
      type: "http",
      ...written(props),
      ...(path === undefined ? {} : { path }),
      ...(expectedStatus === undefined ? {} : { expectedStatus: [...expectedStatus] }),
      ...(drainStatus === undefined ? {} : { drainStatus: [...drainStatus] }),
    });
  }

  /** A handshake, and perhaps bytes. A handshake alone says nothing through a fault point, which accepts always. */
  static tcp(props: TcpCheckProps = {}): HealthCheck {
    return new HealthCheck({ type: "tcp", ...written(props) });
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

/** The props as the configuration writes them: without what was left out, durations as text. */
function written<T extends CheckTiming>({
  interval,
  fastInterval,
  downInterval,
  timeout,
  ...rest
}: T) {
  return {
    ...(interval === undefined ? {} : { interval: interval.toString() }),
    ...(fastInterval === undefined ? {} : { fastInterval: fastInterval.toString() }),
    ...(downInterval === undefined ? {} : { downInterval: downInterval.toString() }),
    ...(timeout === undefined ? {} : { timeout: timeout.toString() }),
    ...rest,
  };
}
