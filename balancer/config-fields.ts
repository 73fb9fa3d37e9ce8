import { z } from "zod";

/** What several parts of the configuration have in common. */

/** Bounds of durations in milliseconds. */
export const MS = {
  short: { minMs: 1, maxMs: 3_600_000 },
  hold: { minMs: 0, maxMs: 86_400_000 },
} as const;

/** Ids of listeners, pools, backends and nodes. */
export const idSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}$/,
    "is not an id | Begin with a lower-case letter; then up to 30 lower-case letters, digits or hyphens.",
  );

/** A TCP port. */
export const portSchema = z.int().min(1).max(65_535);

/** An address without a port; names are not resolved. */
export const addressSchema = z.union([z.ipv4(), z.ipv6()], {
  error: "is not an IP address | Write an IPv4 or IPv6 address, such as 198.18.7.21.",
});
