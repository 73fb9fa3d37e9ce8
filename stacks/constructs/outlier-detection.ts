import type { ConfigInput } from "../../balancer/index.ts";
import type { Duration } from "./duration.ts";

/** How live traffic takes backends out; defaults are the balancer's. In a row, 0 is never. */
export interface OutlierDetectionProps {
  /** Failures of any kind in a row. @default 5 */
  readonly consecutive5xx?: number;
  /** 502, 503, 504, and no answer at all, in a row. @default 0 */
  readonly consecutiveGatewayFailures?: number;
  /** Connections in a row that were not made. @default 3 */
  readonly consecutiveConnectFailures?: number;
  /** Connections and answers in a row that took too long. @default 3 */
  readonly consecutiveTimeouts?: number;
  /** Who has far fewer successes than the others in an interval. */
  readonly successRate?: {
    /** Standard deviations below the mean; 0 for never. @default 1.9 */
    readonly deviations?: number;
    /** From the mean at least, 0 to 1. @default 0.05 */
    readonly minimumDifference?: number;
    /** @default 5 */
    readonly minimumBackends?: number;
    /** Of each of them in the interval. @default 100 */
    readonly minimumRequests?: number;
  };
  /** Who answers far more slowly than the others in an interval. */
  readonly latency?: {
    /** Multiple of the others' median; 0 for never. @default 5 */
    readonly factor?: number;
    /** From the median at least. @default Duration.millis(100) */
    readonly minimumDifference?: Duration;
    /** @default 3 */
    readonly minimumBackends?: number;
    /** Of each of them in the interval. @default 20 */
    readonly minimumRequests?: number;
  };
  /** @default Duration.seconds(10) */
  readonly interval?: Duration;
  /** The first ejection; the second lasts twice as long. @default Duration.seconds(30) */
  readonly baseEjection?: Duration;
  /** @default Duration.minutes(5) */
  readonly maximumEjection?: Duration;
  /** Up to that much longer, at random. @default - none */
  readonly jitter?: Duration;
  /** Share of the pool that may be ejected at the same time, rounded down to backends. @default 0.5 */
  readonly maximumEjectedShare?: number;
  /** One may be, however small the pool. @default false */
  readonly alwaysEjectOne?: boolean;
  /** Also the last one left. @default false */
  readonly ejectLast?: boolean;
  /** A passed check ends an ejection early. @default false */
  readonly readmitOnPass?: boolean;
  /** Nobody is ejected for what all, or more than may be ejected, have in common. @default true */
  readonly spareSharedFailures?: boolean;
}

type OutlierDetectionInput = NonNullable<ConfigInput["pools"][number]["outlierDetection"]>;

/** As the balancer's configuration writes it. */
export function outlierDetectionInput(props: OutlierDetectionProps): OutlierDetectionInput {
  const { interval, baseEjection, maximumEjection, jitter, latency, ...numbers } = props;
  return {
    ...numbers,
    ...(latency === undefined ? {} : { latency: latencyInput(latency) }),
    ...(interval === undefined ? {} : { interval: interval.toString() }),
    ...(baseEjection === undefined ? {} : { baseEjection: baseEjection.toString() }),
    ...(maximumEjection === undefined ? {} : { maximumEjection: maximumEjection.toString() }),
    ...(jitter === undefined ? {} : { jitter: jitter.toString() }),
  };
}

function latencyInput({
  minimumDifference,
  ...numbers
}: NonNullable<OutlierDetectionProps["latency"]>): NonNullable<OutlierDetectionInput["latency"]> {
  return {
    ...numbers,
    ...(minimumDifference === undefined ? {} : { minimumDifference: minimumDifference.toString() }),
  };
}
