import { z } from "zod";
import { MS, portSchema } from "./config-fields.ts";
import { DEFAULTS } from "./defaults.ts";
import { includesStatus, STATUS_PATTERN, statusRange } from "./health/status-set.ts";
import { duration } from "./units.ts";

const healthCheckBase = {
  interval: duration(MS.short).prefault(DEFAULTS.healthCheck.interval),
  /** While it is between two states: failing, not yet unhealthy, or passing, not yet healthy. As `interval` without one. */
  fastInterval: duration(MS.short).optional(),
  /** While it is unhealthy and fails. As `interval` without one. */
  downInterval: duration(MS.short).optional(),
  timeout: duration(MS.short).prefault(DEFAULTS.healthCheck.timeout),
  rise: z.int().min(1).max(100).default(DEFAULTS.healthCheck.rise),
  fall: z.int().min(1).max(100).default(DEFAULTS.healthCheck.fall),
  jitter: z.number().min(0).max(0.5).default(DEFAULTS.healthCheck.jitter),
  /** Before the first verdict: `pending` takes no traffic, `up` does, `down` needs `rise` passes. */
  initialState: z.enum(["pending", "up", "down"]).default(DEFAULTS.healthCheck.initialState),
  /** Port to check when it is not the one that serves. */
  port: portSchema.optional(),
};

const statusesSchema = z
  .array(
    z.union(
      [
        z.int().min(100).max(599),
        z
          .string()
          .regex(STATUS_PATTERN)
          .refine((pattern) => statusRange(pattern).from <= statusRange(pattern).to),
      ],
      { error: 'is no status | Write 200, "2xx" or "200-299".' },
    ),
  )
  .max(100);

const headerName = z
  .string()
  .regex(
    /^[\w!#$%&'*+.^`|~-]{1,100}$/,
    "is not a name | Write the name of a header field, such as x-api-key.",
  );
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;
const headerValue = z
  .string()
  .max(1_000)
  .regex(FIELD_VALUE, "is not a value | Use printable ASCII on one line.");

/** Fields that the check itself decides. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "expect",
  "upgrade",
]);

const checkHeaders = z
  .record(headerName, headerValue)
  .refine(
    (headers) => Object.keys(headers).every((name) => !OWN_FIELDS.has(name.toLowerCase())),
    "has a field that the check writes itself | Use host for the host, and leave framing and connection out.",
  );

/** At most so long; more would not fit into a packet or two. */
const BYTES = 4_096;
const bytesSchema = z.union(
  [
    z.string().min(1).max(BYTES),
    z.strictObject({
      hex: z
        .string()
        .regex(
          /^(?:[\da-fA-F]{2})+$/,
          "is not hexadecimal | Write two digits a byte, without spaces.",
        )
        .max(2 * BYTES),
    }),
  ],
  {
    error: `is neither text nor bytes | Write text, or {"hex": "50494e47"}, of up to ${BYTES} bytes.`,
  },
);

const tcpCheckSchema = z.strictObject({
  type: z.literal("tcp"),
  ...healthCheckBase,
  /** Sent once connected. */
  send: bytesSchema.optional(),
  /** Must be in what comes back; without it a connection is enough. */
  expect: bytesSchema.optional(),
});

const httpCheckSchema = z
  .strictObject({
    type: z.literal("http"),
    ...healthCheckBase,
    method: z.enum(["GET", "HEAD", "OPTIONS"]).default(DEFAULTS.healthCheck.method),
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
    /** Further fields of the request. */
    headers: checkHeaders.optional(),
    expectedStatus: statusesSchema.min(1).default([...DEFAULTS.healthCheck.expectedStatus]),
    /** Names of fields that the response must have, each with a text that its value must contain. */
    expectedHeaders: z.record(headerName, headerValue).optional(),
    /** A text that the first 64 KiB of the body must contain. */
    expectedBody: z.string().min(1).max(BYTES).optional(),
    /** Statuses by which a backend says that it is well and wants no new work. */
    drainStatus: statusesSchema.default([...DEFAULTS.healthCheck.drainStatus]),
  })
  .refine((check) => check.method !== "HEAD" || check.expectedBody === undefined, {
    path: ["expectedBody"],
    error: "never comes with HEAD | Use the method GET.",
  })
  .refine(
    ({ drainStatus, expectedStatus }) =>
      !STATUSES.some(
        (status) => includesStatus(drainStatus, status) && includesStatus(expectedStatus, status),
      ),
    {
      path: ["drainStatus"],
      error: "has a status that is also expected | Use each in one of both lists.",
    },
  );

const STATUSES = Array.from({ length: 500 }, (_, index) => 100 + index);

/** How the backends of a pool are checked. */
export const healthCheckSchema = z
  .discriminatedUnion("type", [tcpCheckSchema, httpCheckSchema])
  .refine((check) => check.timeout <= check.interval, {
    path: ["timeout"],
    error: "is longer than the interval | Use a timeout of at most the interval.",
  });
