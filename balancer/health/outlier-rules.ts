import type { OutlierDetectionConfig } from "../config.ts";

/** What live traffic is judged by, times in milliseconds; see the configuration. */
export interface OutlierRules {
  /** Failures in a row that eject; 0 for never. */
  readonly consecutive: Readonly<Record<ConsecutiveKind, number>>;
  readonly successRate: SuccessRateRules;
  readonly latency: LatencyRules;
  readonly intervalMs: number;
  readonly ejection: EjectionRules;
  readonly maximumEjectedShare: number;
  readonly alwaysEjectOne: boolean;
  readonly ejectLast: boolean;
  readonly readmitOnPass: boolean;
  /** Whether nobody is ejected for what all, or more than may be ejected, have in common. */
  readonly spareSharedFailures: boolean;
}

/** Which failures are counted in a row; each kind is part of those before it, but timeouts. */
export type ConsecutiveKind = "5xx" | "gateway" | "connect" | "timeout";

/** How long an ejection lasts. */
export interface EjectionRules {
  readonly baseMs: number;
  readonly maximumMs: number;
  readonly jitterMs: number;
}

/** Whose share of successes is too far below the mean. */
export interface SuccessRateRules {
  /** Standard deviations; 0 for never. */
  readonly deviations: number;
  /** From the mean, 0 to 1. */
  readonly minimumDifference: number;
  readonly minimumBackends: number;
  readonly minimumRequests: number;
}

/** Who answers too slowly beside the others. */
export interface LatencyRules {
  /** Multiple of the others' median; 0 for never. */
  readonly factor: number;
  readonly minimumDifferenceMs: number;
  readonly minimumBackends: number;
  readonly minimumRequests: number;
}

/** The rules that a configuration asks for. */
export function rulesOf(config: OutlierDetectionConfig): OutlierRules {
  const { minimumDifference, ...latency } = config.latency;
  return {
    consecutive: {
      "5xx": config.consecutive5xx,
      gateway: config.consecutiveGatewayFailures,
      connect: config.consecutiveConnectFailures,
      timeout: config.consecutiveTimeouts,
    },
    successRate: config.successRate,
    latency: { ...latency, minimumDifferenceMs: minimumDifference },
    intervalMs: config.interval,
    ejection: {
      baseMs: config.baseEjection,
      maximumMs: config.maximumEjection,
      jitterMs: config.jitter,
    },
    maximumEjectedShare: config.maximumEjectedShare,
    alwaysEjectOne: config.alwaysEjectOne,
    ejectLast: config.ejectLast,
    readmitOnPass: config.readmitOnPass,
    spareSharedFailures: config.spareSharedFailures,
  };
}
