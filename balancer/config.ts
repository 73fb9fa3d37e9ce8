import { z } from "zod";
import { checkReferences } from "./config-references.ts";
import { DEFAULTS } from "./defaults.ts";
import { InvalidDocument, problemsOf } from "./errors.ts";
import { duration, size } from "./units.ts";

/**
 * The balancer's configuration: one JSON document. What a user writes is `ConfigInput`; parsing
 * fills the defaults in and turns durations into milliseconds and sizes into bytes (`Config`).
 */

const MS = { short: { minMs: 1, maxMs: 3_600_000 }, hold: { minMs: 0, maxMs: 86_400_000 } };
const BYTES = { minBytes: 64, maxBytes: 1024 ** 4 };

/** Ids of listeners, pools, backends and nodes. */
export const idSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}$/,
    "is not an id | Begin with a lower-case letter; then up to 30 lower-case letters, digits or hyphens.",
  );

const portSchema = z.int().min(1).max(65_535);
const addressSchema = z.union([z.ipv4(), z.ipv6()], {
  error: "is not an IP address | Write an IPv4 or IPv6 address, such as 198.18.7.21.",
});

/** The selection policies of this version. */
export const POLICY_NAMES = ["round-robin", "least-connections"] as const;

const healthCheckBase = {
  interval: duration(MS.short).prefault(DEFAULTS.healthCheck.interval),
  timeout: duration(MS.short).prefault(DEFAULTS.healthCheck.timeout),
  rise: z.int().min(1).max(100).default(DEFAULTS.healthCheck.rise),
  fall: z.int().min(1).max(100).default(DEFAULTS.healthCheck.fall),
  jitter: z.number().min(0).max(0.5).default(DEFAULTS.healthCheck.jitter),
  /** Before the first verdict: `pending` takes no traffic, `up` does, `down` needs `rise` passes. */
  initialState: z.enum(["pending", "up", "down"]).default(DEFAULTS.healthCheck.initialState),
  /** Port to check when it is not the one that serves. */
  port: portSchema.optional(),
};

const healthCheckSchema = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("tcp"), ...healthCheckBase }),
    z.strictObject({
      type: z.literal("http"),
      ...healthCheckBase,
      // Both go into the request as they are: a line feed would make them something else.
      path: z
        .string()
        .regex(
          /^\/[\x21-\x7e]*$/,
          "is not a path | Begin with / and percent-encode spaces and all but ASCII.",
        )
        .default(DEFAULTS.healthCheck.path),
      host: z
        .string()
        .regex(
          /^[A-Za-z0-9._:[\]-]+$/,
          "is not a host | Write a name or an address, with a port if need be.",
        )
        .optional(),
      expectedStatus: z
        .array(z.int().min(100).max(599))
        .min(1)
        .default([...DEFAULTS.healthCheck.expectedStatus]),
    }),
  ])
  .refine((check) => check.timeout <= check.interval, {
    path: ["timeout"],
    error: "is longer than the interval | Use a timeout of at most the interval.",
  });

const backendSchema = z.strictObject({
  id: idSchema,
  address: addressSchema,
  port: portSchema,
  weight: z.int().min(0).max(1_000).default(DEFAULTS.weight),
});

const poolSchema = z.strictObject({
  id: idSchema,
  policy: z.enum(POLICY_NAMES).default(DEFAULTS.policy),
  backends: z.array(backendSchema),
  /** Without one every backend counts as healthy. */
  healthCheck: healthCheckSchema.optional(),
  hold: z
    .strictObject({
      enabled: z.boolean().default(DEFAULTS.hold.enabled),
      duration: duration(MS.hold).prefault(DEFAULTS.hold.duration),
      minimumBackends: z.int().min(2).max(1_000).default(DEFAULTS.hold.minimumBackends),
    })
    .prefault({}),
  retry: z
    .strictObject({ attempts: z.int().min(0).max(1).default(DEFAULTS.retry.attempts) })
    .prefault({}),
});

const timeoutsSchema = z.strictObject({
  connect: duration(MS.short).prefault(DEFAULTS.timeouts.connect),
  requestHeader: duration(MS.short).prefault(DEFAULTS.timeouts.requestHeader),
  requestBody: duration(MS.short).prefault(DEFAULTS.timeouts.requestBody),
  response: duration(MS.short).prefault(DEFAULTS.timeouts.response),
  idle: duration(MS.short).prefault(DEFAULTS.timeouts.idle),
  upstreamIdle: duration(MS.short).prefault(DEFAULTS.timeouts.upstreamIdle),
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
export type HealthCheckConfig = NonNullable<PoolConfig["healthCheck"]>;
/** Input of a pool's check, as constructs take it. */
export type HealthCheckInput = z.input<typeof healthCheckSchema>;

/**
 * A configuration, checked and completed.
 *
 * @throws InvalidDocument with every problem at once
 */
export function parseConfig(input: unknown): Config {
  const result = configSchema.safeParse(input);
  if (result.success) return result.data;
  throw new InvalidDocument("The configuration", problemsOf(result.error, input));
}

/** The JSON Schema of what a user writes, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
}
