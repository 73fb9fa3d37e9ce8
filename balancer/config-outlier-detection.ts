import { z } from "zod";
import { MS } from "./config-fields.ts";
import { DEFAULTS } from "./defaults.ts";
import { duration } from "./units.ts";

const { outlierDetection: defaults } = DEFAULTS;

/** Results in a row; 0 switches a detection off. */
const inARow = z.int().min(0).max(10_000);
const statistics = {
  /** Fewer with enough requests are not compared. */
  minimumBackends: z.int().min(2).max(1_000),
  /** Requests of a backend in one interval without which it is not compared. */
  minimumRequests: z.int().min(1).max(1_000_000),
};

/** How live traffic takes backends out. */
export const outlierDetectionSchema = z
  .strictObject({
    consecutive5xx: inARow.default(defaults.consecutive5xx),
    consecutiveGatewayFailures: inARow.default(defaults.consecutiveGatewayFailures),
    consecutiveConnectFailures: inARow.default(defaults.consecutiveConnectFailures),
    consecutiveTimeouts: inARow.default(defaults.consecutiveTimeouts),
    successRate: z
      .strictObject({
        /** 0 switches it off. */
        deviations: z.number().min(0).max(10).default(defaults.successRate.deviations),
        minimumDifference: z.number().min(0).max(1).default(defaults.successRate.minimumDifference),
        minimumBackends: statistics.minimumBackends.default(defaults.successRate.minimumBackends),
        minimumRequests: statistics.minimumRequests.default(defaults.successRate.minimumRequests),
      })
      .prefault({}),
    latency: z
      .strictObject({
        /** 0 switches it off. */
        factor: z
          .number()
          .max(1_000)
          .refine(
            (factor) => factor === 0 || factor > 1,
            "is no factor | Use more than 1, or 0 to switch it off.",
          )
          .default(defaults.latency.factor),
        minimumDifference: duration(MS.hold).prefault(defaults.latency.minimumDifference),
        minimumBackends: statistics.minimumBackends.default(defaults.latency.minimumBackends),
        minimumRequests: statistics.minimumRequests.default(defaults.latency.minimumRequests),
      })
      .prefault({}),
    interval: duration(MS.short).prefault(defaults.interval),
    baseEjection: duration(MS.short).prefault(defaults.baseEjection),
    maximumEjection: duration(MS.short).prefault(defaults.maximumEjection),
    jitter: duration(MS.hold).prefault(defaults.jitter),
    maximumEjectedShare: z.number().min(0).max(1).default(defaults.maximumEjectedShare),
    alwaysEjectOne: z.boolean().default(defaults.alwaysEjectOne),
    ejectLast: z.boolean().default(defaults.ejectLast),
    readmitOnPass: z.boolean().default(defaults.readmitOnPass),
    spareSharedFailures: z.boolean().default(defaults.spareSharedFailures),
  })
  .refine(({ baseEjection, maximumEjection }) => baseEjection <= maximumEjection, {
    path: ["maximumEjection"],
    error: "is shorter than baseEjection | Use at least as much as baseEjection.",
  });
