import { z } from "zod";
import { addressSchema, idSchema, MS, portSchema } from "./config-fields.ts";
import { discoverySchema } from "./config-discovery.ts";
import { drainDeadline } from "./config-drain.ts";
import { healthCheckSchema } from "./config-health-check.ts";
import { outlierDetectionSchema } from "./config-outlier-detection.ts";
import { DEFAULTS } from "./defaults.ts";
import { POLICY_NAMES } from "./selection/policy-names.ts";
import { duration } from "./units.ts";

/** Where a key with a name comes from. */
const NAMED_KEYS: readonly string[] = ["header", "cookie", "query"];

const keySchema = z
  .strictObject({
    from: z.enum(["client-ip", "header", "cookie", "path", "query"]).default(DEFAULTS.hashing.key),
    /** Of the header field, the cookie or the query parameter. */
    name: z
      .string()
      .regex(
        /^[\w!#$%&'*+.^`|~-]+$/,
        "is not a name | Write the name of a header field, a cookie or a query parameter.",
      )
      .optional(),
  })
  .refine(({ from, name }) => NAMED_KEYS.includes(from) === (name !== undefined), {
    path: ["name"],
    error:
      "does not fit from | Name the header field, cookie or query parameter; client-ip and path have no name.",
  });

/** Divisors up to the root of the largest table are tried. */
function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) {
    if (number % divisor === 0) return false;
  }
  return number > 1;
}

const hashingSchema = z.strictObject({
  key: keySchema.prefault({}),
  virtualNodes: z.int().min(1).max(10_000).default(DEFAULTS.hashing.virtualNodes),
  tableSize: z
    .int()
    .min(251)
    .max(5_000_011)
    .refine(isPrime, "is not a prime | Use 65537, or 655373 for more than 600 backends.")
    .default(DEFAULTS.hashing.tableSize),
  boundedLoad: z.number().min(1.01).max(10).default(DEFAULTS.hashing.boundedLoad),
});

/** One member of a pool. */
export const backendSchema = z.strictObject({
  id: idSchema,
  address: addressSchema,
  port: portSchema,
  weight: z.int().min(0).max(1_000).default(DEFAULTS.weight),
});

/** Backends that can serve the same request, and how one of them is chosen. */
export const poolSchema = z.strictObject({
  id: idSchema,
  policy: z.enum(POLICY_NAMES).default(DEFAULTS.policy),
  backends: z.array(backendSchema),
  /** Where further backends are found. */
  discovery: discoverySchema.optional(),
  /** Without one every backend counts as healthy. */
  healthCheck: healthCheckSchema.optional(),
  hold: z
    .strictObject({
      enabled: z.boolean().default(DEFAULTS.hold.enabled),
      duration: duration(MS.hold).prefault(DEFAULTS.hold.duration),
      minimumBackends: z.int().min(2).max(1_000).default(DEFAULTS.hold.minimumBackends),
    })
    .prefault({}),
  /** Without it live traffic takes nobody out. */
  outlierDetection: outlierDetectionSchema.optional(),
  /** Share of the enabled backends below which everybody gets requests; 0 for never. */
  panicThreshold: z.number().min(0).max(1).default(DEFAULTS.panicThreshold),
  hashing: hashingSchema.prefault({}),
  latency: z
    .strictObject({
      decay: duration(MS.short).prefault(DEFAULTS.latency.decay),
      failure: duration(MS.short).prefault(DEFAULTS.latency.failure),
    })
    .prefault({}),
  /** Without one a backend that comes back gets its whole share at once. */
  slowStart: z
    .strictObject({
      window: duration(MS.short).prefault(DEFAULTS.slowStart.window),
      aggression: z.number().min(0.1).max(10).default(DEFAULTS.slowStart.aggression),
      minimumWeight: z.number().min(0).max(1).default(DEFAULTS.slowStart.minimumWeight),
    })
    .optional(),
  hotKey: z
    .strictObject({
      share: z.number().gt(0).max(1).default(DEFAULTS.hotKey.share),
      window: duration(MS.short).prefault(DEFAULTS.hotKey.window),
    })
    .prefault({}),
  drain: z.strictObject({ deadline: drainDeadline.prefault(DEFAULTS.drain.deadline) }).prefault({}),
  retry: z
    .strictObject({ attempts: z.int().min(0).max(1).default(DEFAULTS.retry.attempts) })
    .prefault({}),
});
