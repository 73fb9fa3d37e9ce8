import { z } from "zod";
import { addressSchema, idSchema, MS, portSchema } from "./config-fields.ts";
import type { healthCheckSchema } from "./config-health-check.ts";
import { poolSchema } from "./config-pool.ts";
import { checkReferences } from "./config-references.ts";
import { DEFAULTS } from "./defaults.ts";
import { InvalidDocument, problemsOf } from "./errors.ts";
import { duration, size } from "./units.ts";

/**
 * The balancer's configuration: one JSON document. What a user writes is `ConfigInput`; parsing
 * fills the defaults in and turns durations into milliseconds and sizes into bytes (`Config`).
 */

const BYTES = { minBytes: 64, maxBytes: 1024 ** 4 };

const timeoutsSchema = z.strictObject({
  connect: duration(MS.short).prefault(DEFAULTS.timeouts.connect),
  requestHeader: duration(MS.short).prefault(DEFAULTS.timeouts.requestHeader),
  requestBody: duration(MS.short).prefault(DEFAULTS.timeouts.requestBody),
  response: duration(MS.short).prefault(DEFAULTS.timeouts.response),
  idle: duration(MS.short).prefault(DEFAULTS.timeouts.idle),
  upstreamIdle: duration(MS.short).prefault(DEFAULTS.timeouts.upstreamIdle),
  lameDuck: duration(MS.hold).prefault(DEFAULTS.timeouts.lameDuck),
  drain: duration(MS.hold).prefault(DEFAULTS.timeouts.drain),
});

const limitsSchema = z.strictObject({
  connections: z.int().min(1).max(1_000_000).default(DEFAULTS.limits.connections),
  headerBytes: size(BYTES).prefault(DEFAULTS.limits.headerBytes),
  headerLineBytes: size(BYTES).prefault(DEFAULTS.limits.headerLineBytes),
  headerCount: z.int().min(1).max(10_000).default(DEFAULTS.limits.headerCount),
  targetBytes: size(BYTES).prefault(DEFAULTS.limits.targetBytes),
  bodyBytes: size(BYTES).prefault(DEFAULTS.limits.bodyBytes),
  upstreamIdle: z.int().min(0).max(10_000).default(DEFAULTS.limits.upstreamIdle),
});

const adminSchema = z.union(
  [
    z.strictObject({ socket: z.string().min(1) }),
    z.strictObject({
      address: addressSchema,
      port: portSchema,
      /** Sent by clients as `Authorization: Bearer …`. */
      token: z
        .string()
        .min(16, "is too short | Use a token of at least 16 characters, or a unix socket."),
    }),
  ],
  {
    error: "is neither a socket nor an address | Give socket, or address, port and token.",
  },
);

/** The whole document. */
export const configSchema = z
  .strictObject({
    listeners: z
      .array(
        z.strictObject({
          id: idSchema,
          protocol: z.enum(["http", "tcp"]),
          address: addressSchema.default(DEFAULTS.listenAddress),
          port: portSchema,
          pool: idSchema,
        }),
      )
      .min(1),
    pools: z.array(poolSchema).min(1),
    timeouts: timeoutsSchema.prefault({}),
    limits: limitsSchema.prefault({}),
    admin: adminSchema.prefault(DEFAULTS.admin),
    /** Present on a balancer of a keepalived pair. */
    failover: z
      .strictObject({
        /** Where keepalived reads our health: `0` healthy, `1` not. */
        trackFile: z.string().startsWith("/"),
        /** Where keepalived reports its state. */
        notifyFifo: z.string().startsWith("/"),
      })
      .optional(),
    telemetry: z
      .strictObject({
        /** File that gets one JSON line a request. Off when absent. */
        accessLog: z.string().startsWith("/").optional(),
      })
      .prefault({}),
  })
  // Also when single fields are wrong: every problem is told at once.
  .superRefine(checkReferences, { when: () => true });

/** What a user writes. */
export type ConfigInput = z.input<typeof configSchema>;
/** What the balancer works with: defaults filled in, milliseconds and bytes. */
export type Config = z.output<typeof configSchema>;
export type ListenerConfig = Config["listeners"][number];
export type PoolConfig = Config["pools"][number];
export type BackendConfig = PoolConfig["backends"][number];
export type OutlierDetectionConfig = NonNullable<PoolConfig["outlierDetection"]>;
export type HealthCheckConfig = NonNullable<PoolConfig["healthCheck"]>;
/** Input of a pool's check, as constructs take it. */
export type HealthCheckInput = z.input<typeof healthCheckSchema>;

/**
 * A configuration, checked and completed.
 *
 * @throws InvalidDocument with every problem at once
 */
export function parseConfig(input: unknown): Config {
  // Compiling the schema for one document costs more than reading it: 12 ms of CPU in every start.
  const result = configSchema.safeParse(input, { jitless: true });
  if (result.success) return result.data;
  throw new InvalidDocument("The configuration", problemsOf(result.error, input));
}

/** The JSON Schema of what a user writes, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
}
