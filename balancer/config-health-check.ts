import { z } from "zod";
import { MS, portSchema } from "./config-fields.ts";
import { DEFAULTS } from "./defaults.ts";
import { duration } from "./units.ts";

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

/** How the backends of a pool are checked. */
export const healthCheckSchema = z
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
